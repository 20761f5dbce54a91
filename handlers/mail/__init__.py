"""The door of the mailbox: wake, record, understand, decide, move aside."""
