"""The command line: starts the app, the demo and the server."""
