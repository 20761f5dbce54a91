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
