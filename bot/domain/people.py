"""A person as the desk holds them: by what they are found in values, and how they are taken out of them."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, Self

from bot.domain.registration import PERSON, PHONES

GONE: Final = "(erased)"  #: stands where words of theirs stood
GONE_ADDRESS: Final = (
    "erased@erased.invalid"  #: where an address has to stand; no mail arrives there (RFC 2606)
)
#: what of a row of people belongs to the person whose address stands under that name in it
_OWN: Final[Mapping[str, tuple[str, ...]]] = {
    "email": (*PERSON, *PHONES, "name", "phones", "phone", "telephone", "fax", "job_title", "salutation"),
    "contact_email": ("contact_name", "contact_phone"),
    "sponsor_address": ("sponsor_name",),
    "address": ("name", "subject", "words"),
    "sender": (),
    "recipient": (),
}
_LEAST: Final = 2  #: words of a name by which somebody is told from others


@dataclass(frozen=True)
class Person:
    """Somebody by everything under which they are kept.

    `address` is in lower case. Where it is `shared`, somebody else stands under it too: then what has the
    address alone is nobody's, and what has the name as well is theirs.
    """

    address: str
    names: tuple[str, ...] = ()  #: as they are written, first names first
    phones: tuple[str, ...] = ()  #: E.164
    accounts: tuple[int, ...] = ()
    shared: bool = False

    def may_be_in(self, text: str) -> bool:
        """Whether a closer look is worth its time: quick, and never False where `redact` finds something."""
        folded = text.lower()
        return "\\u" in folded or any(word in folded for word in self._words)

    def is_named_in(self, text: str) -> bool:
        """Whether somebody who reads it learns of them: by their address, or by their full name."""
        return self._pattern.search(text) is not None

    def is_reached_at(self, text: str) -> bool:
        """Whether their own address stands there; False where they share it."""
        return self._by_address is not None and self._by_address.search(text) is not None

    def is_row(self, address: object, name: str) -> bool:
        """Whether a row with that address, and that full name, is about them."""
        if str(address).strip().lower() != self.address:
            return False
        return not self.shared or fold(name) in self._folded

    def redact(self, value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
        """The same value without them; what is not about them stays to the letter."""
        if isinstance(value, str):
            return self._redact_text(value)
        if isinstance(value, list | tuple):
            return [self.redact(one) for one in value]
        if isinstance(value, dict):
            return self._redact_row(value)
        return value

    def _redact_text(self, text: str) -> str:
        if self._by_address is not None:
            text = self._by_address.sub(GONE_ADDRESS, text)
        return self._by_name.sub(GONE, text) if self._by_name is not None else text

    def _redact_row(self, found: dict[str, Any]) -> dict[str, Any]:
        parts = f"{found.get('first_name', '')} {found.get('last_name', '')}"
        kept = {key: self.redact(value) for key, value in found.items()}
        for key, own in _OWN.items():
            called = found.get(
                {"contact_email": "contact_name", "sponsor_address": "sponsor_name"}.get(key, "name")
            )
            if key in found and self.is_row(found[key], str(called or parts)):
                kept |= {one: _blank(kept[one]) for one in own if one in kept} | {key: GONE_ADDRESS}
                if isinstance(draft := kept.get("draft"), dict):  # it has no address of its own
                    kept["draft"] = draft | {one: _blank(draft[one]) for one in own if one in draft}
        if isinstance(found.get("users"), list) and isinstance(found.get("problems"), list):
            kept["problems"] = self._redact_problems(found, kept["problems"])
        return kept

    def _redact_problems(self, form: Mapping[str, Any], problems: list[Any]) -> list[Any]:
        """What stood in a cell of theirs goes too; that there was a fault stays."""
        whose = [self.redact(user) != user for user in form["users"]]
        company = self.redact(form.get("company")) != form.get("company")
        return [
            {**one, "found": "", "suggestion": ""}
            if (whose[one["user"]] if one.get("user") is not None else company and "contact" in one["field"])
            else one
            for one in problems
        ]

    @cached_property
    def _words(self) -> tuple[str, ...]:
        longest = (max(name.lower().split(), key=len) for name in self.names if name.strip())
        return tuple(dict.fromkeys(filter(None, (self.address, *longest))))

    @cached_property
    def _folded(self) -> frozenset[str]:
        return frozenset(map(fold, self.names))

    @cached_property
    def _by_address(self) -> re.Pattern[str] | None:
        if self.shared or not self.address:
            return None
        return re.compile(rf"(?<![\w.+-]){re.escape(self.address)}(?![\w-]|\.\w)", re.IGNORECASE)

    @cached_property
    def _by_name(self) -> re.Pattern[str] | None:
        words = [name.split() for name in self.names if len(name.split()) >= _LEAST]
        orders = [row for name in words for row in (name, [name[-1], *name[:-1]])]
        rows = dict.fromkeys(r"[\s,;.\"']+".join(map(re.escape, row)) for row in orders)
        return re.compile(rf"(?<!\w)(?:{'|'.join(rows)})(?!\w)", re.IGNORECASE) if rows else None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        either = [one.pattern for one in (self._by_address, self._by_name) if one is not None]
        return re.compile("|".join(either) or r"(?!)", re.IGNORECASE)

    def written(self) -> str:
        """As JSON, to be sealed; `read` reads it."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> Self:
        found = json.loads(text)
        lists = {name: tuple(found[name]) for name in ("names", "phones", "accounts")}
        return cls(**{**found, **lists})


def _blank(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, list):
        return []
    return GONE if value else value


def fold(name: str) -> str:
    """A name without case and order: "Beck, Anna" is "Anna Beck"."""
    return " ".join(sorted(name.casefold().replace(",", " ").split()))


class Warn(StrEnum):
    """What whoever erases somebody is told first; each is no hindrance."""

    LAST_ADMINISTRATOR = "last_administrator"  # an organisation is left without one
    SHARED = "shared"  # somebody else has the same address
    SEVERAL_NAMES = "several_names"  # the address stands under several names, and no account says whose it is
    ACTIVE = "active"  # an account of theirs works, and ends


class Wait(StrEnum):
    """What has to be over before somebody is erased."""

    OPEN_CASE = "open_case"  # they stand in a case that is being decided or carried out
    LEGAL_HOLD = "legal_hold"  # `[retention] legal_hold` names it


@dataclass(frozen=True, kw_only=True)
class Trace:
    """How many rows of a table are about somebody; `table` is what the database calls it."""

    table: str
    many: int


@dataclass(frozen=True, kw_only=True)
class ErasurePlan:
    """What erasing somebody would do, found without changing anything."""

    person: Person = field(repr=False)
    user_ids: tuple[str, ...]
    cases: tuple[str, ...]  #: "C-7"
    waits: tuple[tuple[Wait, str], ...]  #: each with what it is about
    warnings: tuple[tuple[Warn, str], ...]
    digest: str  #: of what was found; another one once any of it has changed
    traces: tuple[Trace, ...] = ()

    @property
    def seen(self) -> str:
        """What whoever asks repeats, so that nobody asks without having looked."""
        return self.digest[:8]


def digest_of(found: object) -> str:
    """Hex SHA-256 of what JSON can hold."""
    return hashlib.sha256(json.dumps(found, sort_keys=True, default=str).encode()).hexdigest()


class ErasureState(StrEnum):
    """How far an erasure is; each value says how one gets there."""

    ASKED = "asked"  # the command line has asked for it
    AGREED = "agreed"  # asked -> one of the group has said yes
    RUNNING = "running"  # agreed -> another one has, and it is being carried out
    DONE = "done"  # running -> nothing of them is left
    REFUSED = "refused"  # asked or agreed -> somebody said no
    LAPSED = "lapsed"  # the same -> it took too long
    OVERTAKEN = "overtaken"  # the same -> what was found has changed: look again, ask again


OPEN_ERASURES: Final = frozenset({ErasureState.ASKED, ErasureState.AGREED})


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """An erasure that was asked for; who it is about is sealed, and forgotten once it is over."""

    id: int
    state: ErasureState
    sealed: str = field(repr=False)
    digest: str
    asked_by: str  #: `cli:<user>`
    asked_at: datetime
    until: datetime  #: by when two have to agree
    first_by: str = ""
    first_right: str = ""
    first_at: datetime | None = None
    second_by: str = ""
    last_mail: int = 0  #: the newest mail when the second said yes
    place: int = 0  #: the last mail that was looked through
    dropped: int = 0  #: raw mails that are gone
    ended_at: datetime | None = None
    ended_by: str = ""

    @property
    def ref(self) -> str:
        return f"X-{self.id}"


@dataclass(frozen=True, kw_only=True)
class ErasureCard:
    """What staff see of one; `plan` is None once it is over, or where it cannot be opened."""

    erasure: Erasure
    plan: ErasurePlan | None
