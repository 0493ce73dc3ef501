"""The calls of the API as methods, a class for each area; `client.api.Client` has all of them."""
