"""The calls of the API, a module for each area; `contract.operations` is the table of all of them."""
