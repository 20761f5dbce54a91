"""Mails over which a server stumbles: asked for one by one, and not for ever, so that the others come."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.domain.errors import TransientFailure

T = TypeVar("T")

TRIES = 3  #: of one mail alone, each while the server gave others: it means that mail
LONGER = 1_440  #: … while nothing shows that it gives any: it may mean none, and a session a minute is a day


class Refused(TransientFailure):
    """The server said no and the connection is still in step."""


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
        refused: list[Refused] = []
        gives = False
        for uid in sorted(uids, key=lambda uid: self._tries[uid]):
            try:
                given = self._alone(uid, fetch, LONGER // TRIES if gives else 1)
            except Refused as exc:
                refused.append(exc)
                continue
            gives = gives or bool(given)
            found |= {uid: blank} if given is None else given
        if refused:
            raise refused[0]
        return found

    def _alone(
        self, uid: int, fetch: Callable[[Sequence[int]], dict[int, T]], counts: int
    ) -> dict[int, T] | None:
        """What the server gives of this one; None once it is over. `counts`: how much a stumble tells now."""
        if self._tries[uid] >= LONGER:
            return None
        try:
            given = fetch([uid])
        except TransientFailure as exc:
            self._tries[uid] += counts
            if isinstance(exc, Refused) and self._tries[uid] >= LONGER:
                return None
            raise
        self._tries.pop(uid, None)
        return given
