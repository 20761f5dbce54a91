"""Mails over which a server stumbles: asked for one by one, and not for ever, so that the others come."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from bot.domain.errors import TransientFailure

T = TypeVar("T")

TRIES = 3  #: of one mail alone, each while the server gave others: it means that mail
LONGER = 1_440  #: … while nothing shows that it gives any: it may mean none, and a session a minute is a day


class Refused(TransientFailure):
    """The server said no and the connection is still in step."""

    given: Mapping[int, object] = MappingProxyType({})  #: of others, what it gave all the same


class Patience:
    """How often the server stumbled over which UID, from session to session; at LONGER it is over."""

    def __init__(self) -> None:
        self._tries: Counter[int] = Counter()

    def ask(
        self, uids: Sequence[int], fetch: Callable[[Sequence[int]], dict[int, T]], *, blank: T
    ) -> dict[int, T]:
        """What the server gives of each; `blank` stands for one over which it stumbled too often.

        `fetch` asks for several in one command. What it raises is raised, unless another way is left.
        """
        if len(uids) == 1 or not self._tries.keys().isdisjoint(uids):
            return self._one_by_one(uids, fetch, blank)
        try:
            return fetch(uids)
        except Refused:
            return self._one_by_one(uids, fetch, blank)
        except TransientFailure:
            self._tries.update(dict.fromkeys(uids, 0))  # the line may have broken over any of them
            raise

    def _one_by_one(
        self, uids: Sequence[int], fetch: Callable[[Sequence[int]], dict[int, T]], blank: T
    ) -> dict[int, T]:
        """Those first of which nothing is known: what is given shows that the server gives mails."""
        found: dict[int, T] = {}
        refused: dict[int, Refused] = {}
        gave: list[int] = []
        for uid in sorted(uids, key=lambda uid: self._tries[uid]):
            if self._tries[uid] >= LONGER:
                found[uid] = blank
                continue
            try:
                given = fetch([uid])
            except Refused as exc:
                refused[uid] = exc
                continue
            except TransientFailure:
                self._tries.update(dict.fromkeys([*refused, uid], _weight(gives=bool(gave))))
                raise
            self._tries.pop(uid, None)
            gave += given
            found |= given
        if refused:
            self._tries.update(dict.fromkeys(refused, _weight(gives=_gives_again(gave, fetch))))
        for uid, refusal in refused.items():
            if self._tries[uid] < LONGER:
                refusal.given = found
                raise refusal
        return found | dict.fromkeys(refused, blank)


def _weight(*, gives: bool) -> int:
    """How much a stumble tells."""
    return LONGER // TRIES if gives else 1


def _gives_again(gave: Sequence[int], fetch: Callable[[Sequence[int]], object]) -> bool:
    """Whether one that was given before others were refused still is: else they were merely too many.

    A line that is cut over it shows with the next command; what is found is told first.
    """
    try:
        return bool(gave) and bool(fetch(gave[-1:]))
    except TransientFailure:
        return False
