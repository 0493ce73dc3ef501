"""What an operator asks of the running server, or of a database that no server has open."""
