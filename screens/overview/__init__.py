"""My subscription: what is paid, what it costs, what waits, and the stepper of seats."""
