"""What the sandbox's pages share: the door that lets only this machine's browser in, layout and style."""

from bot.sandbox.pages.door import new_app

__all__ = ["new_app"]
