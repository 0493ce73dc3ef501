"""Who may use the service now."""
