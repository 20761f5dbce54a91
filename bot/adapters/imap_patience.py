"""Mails over which a server stumbles: asked for, or moved, one by one, so that they hold up no others."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import TypeVar

from bot.domain.errors import Copied, PermanentFailure, TransientFailure
from bot.ports import Failure

T = TypeVar("T")

TRIES = 3  #: of one mail alone, each while the server gave others: it means that mail
LONGER = 1_440  #: … while nothing shows that it gives any: it may mean none, and a session a minute is a day

ALONE = 5  #: mails that it does not move alone either, before it moves any: it means none of them


class Refused(TransientFailure):
    """The server said no and the connection is still in step."""

    given: Mapping[int, object] = MappingProxyType({})  #: of others, what it gave all the same


class Unmoved(PermanentFailure):
    """The server does not move what it was asked to, and the connection is still in step."""


class Patience:
    """How often the server stumbled over which UID, from session to session; at LONGER it is over."""

    def __init__(self) -> None:
        self._tries: Counter[int] = Counter()

    def ask(
        self,
        uids: Sequence[int],
        fetch: Callable[[Sequence[int]], dict[int, T]],
        *,
        blank: T,
        others: Sequence[int] = (),
    ) -> dict[int, T]:
        """What the server gives of each; `blank` stands for one over which it stumbled too often.

        `fetch` asks for several in one command. What it raises is raised, unless another way is left. Where
        none of these shows that the server gives any, one of `others` is asked for, the first at best.
        """
        if len(uids) == 1 or not self._tries.keys().isdisjoint(uids):
            return self._one_by_one(uids, fetch, blank, others)
        try:
            return fetch(uids)
        except Refused:
            return self._one_by_one(uids, fetch, blank, others)
        except TransientFailure:
            self._tries.update(dict.fromkeys(uids, 0))  # the line may have broken over any of them
            raise

    def _one_by_one(
        self,
        uids: Sequence[int],
        fetch: Callable[[Sequence[int]], dict[int, T]],
        blank: T,
        others: Sequence[int],
    ) -> dict[int, T]:
        """Those first of which nothing is known: what is given shows that the server gives mails."""
        found: dict[int, T] = {}
        refused: dict[int, Refused] = {}
        order = sorted(uids, key=self._tries.__getitem__)
        gave = self._ask_beside(others, fetch) if 0 < self._tries[order[0]] < LONGER else []
        for uid in order:
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
            self._tries.update(dict.fromkeys(refused, _weight(gives=self._still_gives(gave, fetch, others))))
        for uid, refusal in refused.items():
            if self._tries[uid] < LONGER:
                refusal.given = found
                raise refusal
        return found | dict.fromkeys(refused, blank)

    def _ask_beside(self, others: Sequence[int], fetch: Callable[[Sequence[int]], dict[int, T]]) -> list[int]:
        """One of these that the server gives, of which no more is wanted; next time another, if not."""
        for uid in sorted(others, key=self._tries.__getitem__)[:1]:
            try:
                return list(fetch([uid]))
            except TransientFailure as exc:
                self._tries[uid] += 1
                if not isinstance(exc, Refused):
                    raise
        return []

    def _still_gives(
        self, gave: Sequence[int], fetch: Callable[[Sequence[int]], dict[int, T]], others: Sequence[int]
    ) -> bool:
        """Whether one that was given before others were refused still is: else they were merely too many.

        A line that is cut over it shows with the next command; what is found is told first.
        """
        try:
            return bool(fetch(gave[-1:]) if gave else self._ask_beside(others, fetch))
        except TransientFailure:
            return False


def _weight(*, gives: bool) -> int:
    """How much a stumble tells."""
    return LONGER // TRIES if gives else 1


def move_each(uids: Sequence[int], move: Callable[[Sequence[int]], None]) -> dict[int, Failure]:
    """Move together or, where the server says no, each alone: those that stay behind, with why.

    By turns the newest and the oldest: what stayed behind before lies together.
    """
    try:
        move(uids)
    except Copied as exc:
        return dict.fromkeys(uids, exc)
    except (Refused, Unmoved) as exc:
        none_of_them = exc
    else:
        return {}
    left: dict[int, Failure] = dict.fromkeys(uids, none_of_them)
    from_both_ends = dict.fromkeys(chain.from_iterable(zip(reversed(uids), uids, strict=True)))
    came = False
    for asked, uid in enumerate(from_both_ends if len(uids) > 1 else ()):
        if asked == ALONE and not came:
            return dict.fromkeys(uids, none_of_them)
        try:
            move([uid])
        except (Refused, Unmoved) as exc:
            left[uid] = exc
        except Copied as exc:
            left[uid], came = exc, True
        else:
            del left[uid]
            came = True
    return left
