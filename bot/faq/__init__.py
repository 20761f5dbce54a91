"""Articles on login questions, and the search over them: offline, in plain Python."""
