"""The page `make run` prints: what Usher is, where things are, buttons, and a tour that ticks itself off."""

from bot.sandbox.lobby.buttons import mail_buttons
from bot.sandbox.lobby.tour import Act, ClockKnob, Lobby, Place, Step
from bot.sandbox.lobby.views import blueprint

__all__ = ["Act", "ClockKnob", "Lobby", "Place", "Step", "blueprint", "mail_buttons"]
