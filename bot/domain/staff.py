"""Who acts in Slack, and what the desk lets them do."""

from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """What is decided; `usher.toml` names a group of staff for each."""

    REVIEW = "review"  # a RIS: approve or reject it
    PURCHASE = "purchase"  # money leaves a prepaid purchase order
    REGISTRATION = "registration"  # an organisation's registration
    OVERRIDE = "override"  # what a rule would refuse, e.g. a colleague's lost second factor
    ERASURE = "erasure"  # a person's data
    ACCOUNT = "account"  # one account: its end is moved, or it is closed


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
    acts: frozenset[Act] = frozenset()  #: what their own groups may decide
    added: bool = False  #: among those whom an escalation adds to a case's deciders
    email: str = ""  #: lower-cased; what they send by mail is theirs as well
    stands_for: tuple["Staff", ...] = ()  #: colleagues who are away and named them, with their own rights

    @property
    def approver(self) -> bool:
        """Whether they may decide about a RIS, by their own right or a colleague's who is away."""
        return any(who.may(Act.REVIEW) for who in (self, *self.stands_for))

    def may(self, act: Act, *, escalated: bool = False) -> bool:
        """By their own right; on a case that was escalated some more may."""
        return act in self.acts or (escalated and self.added)

    def had_a_hand(self, hands: frozenset[str]) -> bool:
        """Whether they submitted or changed it, by whichever name: an id, or the address they wrote from."""
        return self.id in hands or (bool(self.email) and self.email in hands)
