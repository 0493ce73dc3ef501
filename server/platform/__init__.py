"""What every area of the server stands on: transactions, the clock, ids, tasks, signals."""
