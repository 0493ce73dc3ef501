"""The directory: who belongs to the organisation, and putting members on the subscription (D17)."""
