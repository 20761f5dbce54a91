"""The terms of an application: which text counts, who may accept it, and for whom everybody else waits."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.ris import Role

#: who accepts for the whole organisation (process.md, step 8)
MAY_ACCEPT = frozenset({Role.ORGANIZATION_ADMINISTRATOR, Role.APPLICATION_ADMINISTRATOR})


@dataclass(frozen=True, kw_only=True)
class TermsText:
    """One application's terms in one language; `text` is Markdown, and every sign of it counts."""

    application: str
    lang: str
    version: str
    title: str
    text: str
    is_sample: bool = False  #: it came with us, and says that it counts for nobody

    @property
    def digest(self) -> str:
        """Hex SHA-256 of exactly what is read: whoever accepts names it."""
        return hashlib.sha256(f"{self.version}\n{self.title}\n{self.text}".encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """That somebody accepted a text for their organisation, in which role."""

    organisation: int
    application: str
    lang: str
    version: str
    digest: str
    account_id: int
    role: str  #: a `Role`, as it was then
    at: datetime


#: the texts of every application, by language; an application without any asks for nothing
Terms = Mapping[str, Mapping[str, TermsText]]


def find_text(terms: Terms, application: str, lang: str) -> TermsText | None:
    """The text for a reader of that language; in English where there is none of theirs."""
    texts = terms.get(application, {})
    return texts.get(lang) or texts.get("en") or next(iter(texts.values()), None)


def is_in_force(acceptance: Acceptance, terms: Terms) -> bool:
    """Whether what was accepted still is the text of its language: a new version asks again."""
    text = terms.get(acceptance.application, {}).get(acceptance.lang)
    return text is not None and text.version == acceptance.version


@dataclass(frozen=True, kw_only=True)
class TermsStanding:
    """How it stands with one application of an organisation, for one of its people."""

    application: str
    is_open: bool  #: accepted, or nothing to accept
    may_accept: bool
    accepted: Acceptance | None = None
    accepted_by: str = ""
    waits_for: tuple[str, ...] = ()  #: names of who may accept, while it is not open
    waiting: int = 0  #: how many others of the organisation wait, for whoever may accept
    again: bool = False  #: an earlier version was accepted
