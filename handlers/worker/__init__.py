"""The door to the outside: carries effects out of the outbox, safe to repeat."""
