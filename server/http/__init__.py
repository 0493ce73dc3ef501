"""The platform under every area: binding, authentication, problems, idempotency, cursors."""
