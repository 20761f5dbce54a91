"""The door of the clock: empty until there are notices to send."""
