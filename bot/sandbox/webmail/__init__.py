"""Webmail for the sandbox: every mailbox of the invented world in the browser, reading and writing."""

from bot.sandbox.webmail.views import Webmail, blueprint

__all__ = ["Webmail", "blueprint"]
