"""Every phone of the invented world: a gateway that takes texts over HTTP, and a page that shows them."""

from bot.sandbox.phone.gateway import Gateway, Text
from bot.sandbox.phone.views import blueprint

__all__ = ["Gateway", "Text", "blueprint"]
