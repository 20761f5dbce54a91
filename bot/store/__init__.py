"""Everything that knows SQL: one file a table family, every write inside `transaction`."""
