"""The directory of the organisation."""
