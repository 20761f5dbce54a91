"""One line of words to Usher, by `/usher`, in a mention or in a direct message."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.bootstrap import Bot
from bot.domain.conversation_refusals import NoCaseButQuestion
from bot.domain.conversations import conversation_id
from bot.domain.errors import NoCaseNamed, SeveralCasesNamed
from bot.domain.staff import Staff
from bot.rendering.blocks import Card
from handlers.slack.markup import typed


@dataclass(frozen=True, kw_only=True)
class Line:
    """Who says what, and what it is about where it does not say so."""

    bot: Bot
    staff: Staff
    rest: str  #: what stands after the command's word, as Slack writes it: mentions, entities
    thread_case: str = ""  #: the case in whose thread it was said
    below: str = ""  #: the question below whose answer it was said
    trigger_id: str = ""  #: opens a modal for some seconds; "" for what was said in a message

    def about(self, rest: str) -> "Line":
        return replace(self, rest=rest)

    def take_ref(self) -> tuple[str, str]:
        """The case it is about and what follows: in a case's thread the case need not be named.

        Raise NoCaseNamed where nothing says which it is, and NoCaseButQuestion for "Q-7".
        """
        first, _, rest = self.rest.partition(" ")
        if self.thread_case and not _names_case(first):
            return self.thread_case, self.rest
        if not first:
            raise NoCaseNamed
        if (question := conversation_id(typed(first))) is not None:
            raise NoCaseButQuestion(ref=f"Q-{question}")
        return typed(first), rest.strip()

    def is_about_a_case(self) -> bool:
        """Whether it names a case and nothing else, or stands in a case's thread without any words."""
        about = self.rest.strip()
        return _names_case(typed(about)) if about else bool(self.thread_case)

    def check_names_one(self) -> None:
        """Raise SeveralCasesNamed where words about one case name another besides; NoCaseNamed for none."""
        ref, rest = self.take_ref()
        named = [one for one in re.split(r"[\s,;]+", f"{ref} {typed(rest)}") if _names_case(one)]
        if other := next((one for one in named if _digits(one) != _digits(named[0])), ""):
            raise SeveralCasesNamed(ref=named[0], other=other)


def _names_case(word: str) -> bool:
    digits = _digits(word)
    return word[:1].lower() == "c" and digits.isascii() and digits.isdigit()


def _digits(word: str) -> str:
    return word.lower().removeprefix("c").removeprefix("-")


Command = Callable[[Line], Card]
