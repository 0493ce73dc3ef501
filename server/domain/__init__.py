"""The rules: frozen values and pure functions, with no framework, database or clock."""
