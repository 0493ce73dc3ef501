"""Taking a first subscription: an account without one starts an organisation, by a quote like any other (D12)."""
