"""One line of words to Usher, by `/usher`, in a mention or in a direct message."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.bootstrap import Bot
from bot.domain.staff import Staff
from bot.rendering.blocks import Card

#: a link or a channel as Slack writes it; mentions of people stay as they are
_MARKED = re.compile(r"<(?:mailto:|#)?([^@!<>|][^<>|]*)(?:\|([^<>]*))?>")


def plain_text(text: str) -> str:
    """What was typed: Slack makes markup of addresses, links and channels, and entities of `&<>`."""
    return html.unescape(_MARKED.sub(lambda found: found[2] or found[1], text))


@dataclass(frozen=True, kw_only=True)
class Line:
    """Who says what, and what it is about where it does not say so."""

    bot: Bot
    staff: Staff
    rest: str  #: what stands after the command's word
    thread_case: str = ""  #: the case in whose thread it was said
    trigger_id: str = ""  #: opens a modal for some seconds; "" for what was said in a message

    def about(self, rest: str) -> "Line":
        return replace(self, rest=rest)

    def take_ref(self) -> tuple[str, str]:
        """The case it is about and what follows: in a case's thread the case need not be named."""
        first, _, rest = self.rest.partition(" ")
        if self.thread_case and not _names_case(first):
            return self.thread_case, self.rest
        return first, rest.strip()


def _names_case(word: str) -> bool:
    digits = word.lower().removeprefix("c").removeprefix("-")
    return word[:1].lower() == "c" and digits.isascii() and digits.isdigit()


Command = Callable[[Line], Card]
