"""What an organisation is subscribed to, and whether its people can open it."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.sessions import Strength


class Stage(StrEnum):
    """What somebody can do with an application."""

    OPEN = "open"  # its terms are accepted: it can be launched
    AGREE = "agree"  # they are not, and this person may accept them
    WAITING = "waiting"  # they are not, and others may accept them


@dataclass(frozen=True, kw_only=True)
class Application:
    """One of the applications on somebody's dashboard."""

    name: str
    stage: Stage
    needs: Strength  #: of the session that launches it
    waits_for: tuple[str, ...] = ()  #: who may accept its terms, by name
    waiting: int = 0  #: how many others wait for that
