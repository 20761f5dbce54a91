"""The one MLOA hardware card of the invented world: who has it, and a browser that it lies in."""

from bot.sandbox.card.reader import CARD, SUBJECT, VERIFY, CardReader
from bot.sandbox.card.views import Desk, blueprint

__all__ = ["CARD", "SUBJECT", "VERIFY", "CardReader", "Desk", "blueprint"]
