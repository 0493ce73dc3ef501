"""Transfer requests: deciding those that come in, sending those that go out."""
