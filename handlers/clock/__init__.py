"""The door for what is due by the clock alone: alarms, notices, the life of accounts, retention."""
