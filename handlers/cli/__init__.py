"""The command `usher`: joins the doors, starts the service or the sandbox, and answers operators."""
