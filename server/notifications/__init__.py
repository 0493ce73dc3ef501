"""What leaves the server by itself: e-mail about transfer requests, and what webhooks are told."""
