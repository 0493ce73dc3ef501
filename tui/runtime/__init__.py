"""What runs behind the screens: the session, notifications, recovery, settings. No widgets."""
