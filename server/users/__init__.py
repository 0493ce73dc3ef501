"""Users: the accounts listed on the subscription (D15–D19)."""
