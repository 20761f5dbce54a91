"""Messages of Slack that staff add to a case: somebody's words, where they stand, and why they matter."""

from dataclasses import dataclass
from datetime import datetime

LONGEST_CLIPPING = 3_000  #: characters kept of a message
LONGEST_WORD = 500  #: characters that staff may add


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message as it stood when somebody took it up."""

    channel: str
    ts: str
    author: str  #: a Slack id, or the name of an app
    text: str
    link: str  #: leads to it; "" where Slack named none


@dataclass(frozen=True, kw_only=True)
class Clipping:
    """A message that was added to a case."""

    id: int
    message: Message
    word: str  #: of whoever added it; may be empty
    added_by: str
    added_at: datetime
