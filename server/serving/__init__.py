"""The process that answers: its sockets, how many connections, how long clients may take, what is checked first."""
