"""The doors: each translates one outside event, calls one service, and translates back."""
