"""The outer doors: each turns one outside system into the shape that `bot.ports` asks for."""
