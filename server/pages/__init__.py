"""The pages for people with nothing but a browser: signing in, and what an account may do for itself."""
