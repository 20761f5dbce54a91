"""The applications of the invented world: they take whoever is handed over with a sound signature, once."""

from bot.sandbox.applications.views import blueprint

__all__ = ["blueprint"]
