"""One line of words to Usher, by `/usher`, in a mention or in a direct message."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.bootstrap import Bot
from bot.domain.cases import case_id, case_ref
from bot.domain.conversation_refusals import (
    NoCaseButAccount,
    NoCaseButEmailChange,
    NoCaseButErasure,
    NoCaseButInvitation,
    NoCaseButQuestion,
    NoCaseButReset,
)
from bot.domain.errors import NoCaseNamed, Refusal, SeveralCasesNamed
from bot.domain.refs import read_number, read_ref, without_noun
from bot.domain.staff import Staff
from bot.domain.thanks import is_polite
from bot.rendering.blocks import Card
from handlers.slack.markup import typed

_PLEASE = re.compile(r"\b(?:please|kindly|pls|bitte)\b", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;&+/]+")
#: what may stand between the cases that words begin with: "C-7 and 8", "7, case 8"
_JOINING = frozenset({"", "and", "or", "und", "oder", "case", "cases", "fall", "c", "-"})
#: what else cards and mails call by a sign and a number
_OTHER_THINGS: dict[str, type[Refusal]] = {
    "Q-?": NoCaseButQuestion,
    "P-": NoCaseButInvitation,
    "A-": NoCaseButAccount,
    "R-": NoCaseButReset,
    "E-": NoCaseButEmailChange,
    "X-": NoCaseButErasure,
}


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

        A number alone may there as well begin a sentence: raise SeveralCasesNamed where it is another case's.
        Raise NoCaseNamed where nothing says which it is, and NoCaseBut… for what is none: "Q-7", "A-7".
        """
        first, rest = self._first()
        _check_is_no_other_thing(first)
        named = case_id(first)
        if self.thread_case and named is None:
            return self.thread_case, self.rest
        if not first:
            raise NoCaseNamed
        if self.thread_case and named != case_id(self.thread_case) and read_number(first) is not None:
            raise SeveralCasesNamed(ref=self.thread_case, other=case_ref(named or 0))
        return first if named is None else case_ref(named), rest

    def take_text(self) -> tuple[str, str]:
        """The case and the words about it, of which none is lost: "5 users" in the thread of C-5.

        Raise SeveralCasesNamed where the words begin with another case.
        """
        ref, rest = self.take_ref()
        _check_names_no_other(rest, ref, is_text=True)
        first, _ = self._first()
        begins_text = self.thread_case and rest and read_number(first) is not None
        return ref, self.rest if begins_text else rest

    def is_about_a_case(self) -> bool:
        """Whether it names a case and nothing else, or stands in a case's thread without any words."""
        about = self.rest.strip()
        return case_id(typed(about)) is not None if about else bool(self.thread_case)

    def check_names_one(self) -> None:
        """Raise SeveralCasesNamed where words about one case name another besides; NoCaseNamed for none."""
        ref, rest = self.take_ref()
        _check_names_no_other(rest, ref, is_text=False)

    def _first(self) -> tuple[str, str]:
        """The first word without Slack's markup, and the rest as it was written."""
        first, _, rest = without_noun(self.rest.strip()).partition(" ")
        word = typed(first)
        between = _BETWEEN.search(word)
        if between is None or case_id(word[: between.start()]) is None:
            return word, rest.strip()
        # A sign before the next word is of that: "C-7", a line, "+49 170 …".
        more = between[0].lstrip(" \t\r\n,;") + word[between.end() :]
        return word[: between.start()], f"{more} {rest}".strip()


def _check_is_no_other_thing(word: str) -> None:
    for sign, refusal in _OTHER_THINGS.items():
        if (number := read_ref(word, sign)) is not None:
            raise refusal(ref=f"{sign[0]}-{number}")


def _check_names_no_other(words: str, ref: str, *, is_text: bool) -> None:
    """Raise SeveralCasesNamed. A text may not begin with another case; it may speak of some."""
    begins, joined = True, False
    for word in _BETWEEN.split(typed(words)):
        named, has_sign = case_id(word), read_number(word) is None
        counts = (begins and (has_sign or joined)) if is_text else (begins or has_sign)
        if named is not None and counts and named != case_id(ref):
            raise SeveralCasesNamed(ref=ref, other=case_ref(named))
        joined = bool(word) and word.casefold() in _JOINING
        begins = begins and (named is not None or joined or not word)


def is_courtesy(words: str) -> bool:
    """Whether what stands beside a command says nothing: "please", "thanks", a greeting."""
    return is_polite(_PLEASE.sub(" ", words))


Command = Callable[[Line], Card]
