"""The steps of an approved case: what is done after what, and who holds the ball at each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StepName(StrEnum):
    """The steps, in the order in which a case takes them (process.md, steps 3 to 6)."""

    KEYS = "keys"  # a License Key for each seat, and the money for it
    KEY_MAILS = "key_mails"  # the keys are with those who keep them
    CASE = "case"  # the Sales Provisioning Case
    SITE = "site"
    INVITATION = "invitation"  # to the Organization Administrator
    ACCOUNTS = "accounts"  # of an addition's people; an organisation's are made with its registration


#: of the form with which an organisation begins
OF_ORGANISATION = (StepName.KEYS, StepName.KEY_MAILS, StepName.CASE, StepName.SITE, StepName.INVITATION)
#: an addition brings people only: the organisation has its site and its registration
OF_ADDITION = (StepName.KEYS, StepName.KEY_MAILS, StepName.ACCOUNTS)


class StepState(StrEnum):
    """How far a step is."""

    WAITING = "waiting"  # for those before it
    RUNNING = "running"  # Usher is at it
    BLOCKED = "blocked"  # it goes on by itself once something comes, such as vouchers
    DESK = "desk"  # a person does it and says so
    FAILED = "failed"  # a person chooses: again, skip or stop
    DONE = "done"
    SKIPPED = "skipped"  # failed, desk or blocked -> two people said so
    STOPPED = "stopped"  # the case was stopped


#: the mails of a step: it is done once they are sent
MAILS = {
    StepName.KEY_MAILS: ("license_key", "license_keys", "key_handed_over"),
    StepName.INVITATION: ("invitation",),
}
ENDED = frozenset({StepState.DONE, StepState.SKIPPED})
#: states in which a person may say that it is tried again, skipped, or that all is stopped
OPEN_TO_HANDS = frozenset({StepState.BLOCKED, StepState.DESK, StepState.FAILED})


#: states in which a case is at that step
AT = frozenset({StepState.RUNNING}) | OPEN_TO_HANDS


@dataclass(frozen=True, kw_only=True)
class StepResult:
    """How far a step came when it was carried out."""

    state: StepState
    reason: str = ""
    number: str = ""
    url: str = ""
    version: int = 0  #: of the form for which it was made


@dataclass(frozen=True, kw_only=True)
class CaseStep:
    """One step of one case."""

    case_id: int
    name: StepName
    state: StepState
    since: datetime
    tries: int = 0
    reason: str = ""  #: why it failed or is blocked: a code of ours, or the other side's words
    number: str = ""  #: what was made is called, e.g. the provisioning case's number
    url: str = ""
    by: str = ""  #: who did or skipped it, where that was a person
    skip_by: str = ""  #: who asks to leave it out, since it was last begun; a second has to agree
    skip_reason: str = ""

    @property
    def takes_hand(self) -> bool:
        """Whether a person may leave it out, do it, or stop the case: also while Usher tries in vain."""
        return self.state in OPEN_TO_HANDS or (self.state is StepState.RUNNING and bool(self.reason))

    @property
    def awaits_release(self) -> bool:
        """Whether it needs a hand for its mails' sake."""
        return self.state is StepState.DESK and self.name in MAILS

    @property
    def is_enterable(self) -> bool:
        """Whether a person may enter that they did it, also before it is its turn."""
        return self.takes_hand or self.state is StepState.WAITING


def left_out(steps: Iterable[CaseStep]) -> frozenset[StepName]:
    """What two people skipped: Usher did not do it, and the desk does it another way."""
    return frozenset(step.name for step in steps if step.state is StepState.SKIPPED)


def step_at(steps: Iterable[CaseStep]) -> CaseStep | None:
    """The step that a case is at; None where it is at none."""
    return next((step for step in steps if step.state in AT), None)
