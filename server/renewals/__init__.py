"""What falls due by itself: requests expire, subscriptions renew, are paid late, or end (D12, D13, D23)."""
