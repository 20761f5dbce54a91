"""Which mails may leave: everything, nothing, or only those to the addresses of a rehearsal."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """`only` is None unless it is a rehearsal; entries are addresses or domains, lower-cased."""

    live: bool = False
    only: frozenset[str] | None = None

    def may_go(self, recipients: Iterable[str]) -> bool:
        """True when every recipient may get mail without a person's word."""
        if self.live:
            return True
        if self.only is None:
            return False
        return all(
            recipient.lower() in self.only or recipient.lower().rpartition("@")[2] in self.only
            for recipient in recipients
        )
