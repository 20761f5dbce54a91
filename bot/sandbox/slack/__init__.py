"""An invented Slack workspace on loopback that speaks the Web API and Socket Mode, with a page for people."""

from bot.sandbox.slack.acts import Actor, Outcome
from bot.sandbox.slack.server import SlackServer
from bot.sandbox.slack.workspace import Workspace

__all__ = ["Actor", "Outcome", "SlackServer", "Workspace"]
