"""The API client: typed calls over httpx, knowing neither a screen nor the server."""
