"""Who acts in Slack, and what the desk lets them do."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Member:
    """A person of the workspace; `full` is False for guests, Slack Connect, bots and the departed."""

    id: str
    name: str
    email: str = ""
    full: bool = True


@dataclass(frozen=True, kw_only=True)
class Staff:
    """Who acts, and their rights at this moment; the command line is `cli:<user of the machine>`."""

    id: str
    name: str
    staff: bool
    approver: bool
    email: str = ""  #: lower-cased; what they send by mail is theirs as well

    def had_a_hand(self, hands: frozenset[str]) -> bool:
        """Whether they submitted or changed it, by whichever name: an id, or the address they wrote from."""
        return self.id in hands or (bool(self.email) and self.email in hands)
