"""Nothing to call: the server does this by itself, at start, every minute, and after the sandbox clock moved."""

from server.renewals.due import run_due

CHORES = (run_due,)
