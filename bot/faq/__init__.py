"""Articles and the search over them: empty until there are some."""
