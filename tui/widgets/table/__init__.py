"""The one table: a window onto any number of remote rows."""
