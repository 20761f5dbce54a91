"""A case: one company on its way from a RIS to a live site."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from bot.domain.approvals import CaseDecision, Phase
from bot.domain.case_steps import StepState
from bot.domain.company_names import fold_person
from bot.domain.mail import Address, InboundMail
from bot.domain.refs import read_number, read_ref
from bot.domain.ris import Credential, Decision, RisCase, User
from bot.domain.trust import Verdict

_INVITER = "invited:"  #: before who named the person that registers: a hand in the case, a version's maker
MOST_REFERENCES = 12  #: of a thread's ids, the newest: some servers refuse longer headers


class CaseStatus(StrEnum):
    """Where a case stands; each value says how one gets there."""

    RECEIVED = "received"  # a RIS from no verified sponsor: staff accept or discard it
    IN_REVIEW = "in_review"  # complete, or completed by the sponsor: the desk decides
    WAITING_FOR_SPONSOR = "waiting_for_sponsor"  # in_review -> something is missing, or staff asked
    APPROVED = "approved"  # in_review -> the desk said yes
    PURCHASING = "purchasing"  # approved -> its License Keys are issued and mailed
    PROVISIONING = "provisioning"  # purchasing -> its provisioning case and its site are made
    INVITED = "invited"  # provisioning -> the invitation to register went out
    REGISTRATION_REVIEW = "registration_review"  # invited -> the customer registered: the desk decides
    LIVE = "live"  # registration_review -> it is registered; of an addition: purchasing -> all is done
    REJECTED = "rejected"  # in_review, received or waiting -> the desk said no
    WITHDRAWN = (
        "withdrawn"  # open -> staff said that it is no RIS; open or approved -> its sponsor took it back
    )


#: states in which a RIS may still be replaced by a newer version, or rejected
OPEN = frozenset({CaseStatus.RECEIVED, CaseStatus.IN_REVIEW, CaseStatus.WAITING_FOR_SPONSOR})
#: the desk said yes, and its steps are under way
UNDER_WAY = frozenset({CaseStatus.APPROVED, CaseStatus.PURCHASING, CaseStatus.PROVISIONING})
#: the desk said yes, and nobody has an account by it: it can still be ended
BEFORE_LIVE = UNDER_WAY | {CaseStatus.INVITED, CaseStatus.REGISTRATION_REVIEW}
#: while the desk has the ball in these, it decides about a registration; again, where nobody was told
REGISTERING = frozenset({CaseStatus.INVITED, CaseStatus.REGISTRATION_REVIEW})
#: somebody has to act, or Usher; in any other state only while what was decided is being carried out
IN_QUEUE = (OPEN | BEFORE_LIVE) - {CaseStatus.APPROVED}
#: the desk said no, or it was taken back
OVER = frozenset({CaseStatus.REJECTED, CaseStatus.WITHDRAWN})
#: the desk said yes, and it stands
STANDING = BEFORE_LIVE | {CaseStatus.LIVE}


class BallHolder(StrEnum):
    """Who has to act next."""

    DESK = "desk"
    SPONSOR = "sponsor"
    CUSTOMER = "customer"
    USHER = "usher"  # the bot itself is carrying something out
    NOBODY = "nobody"


BALL: dict[CaseStatus, BallHolder] = {
    CaseStatus.RECEIVED: BallHolder.DESK,
    CaseStatus.IN_REVIEW: BallHolder.DESK,
    CaseStatus.WAITING_FOR_SPONSOR: BallHolder.SPONSOR,
    CaseStatus.APPROVED: BallHolder.DESK,
    CaseStatus.PURCHASING: BallHolder.USHER,
    CaseStatus.PROVISIONING: BallHolder.USHER,
    CaseStatus.INVITED: BallHolder.CUSTOMER,
    CaseStatus.REGISTRATION_REVIEW: BallHolder.DESK,
    CaseStatus.LIVE: BallHolder.NOBODY,
    CaseStatus.REJECTED: BallHolder.NOBODY,
    CaseStatus.WITHDRAWN: BallHolder.NOBODY,
}


def ball_of(
    status: CaseStatus, phase: Phase | None, step: StepState | None = None, *, heard: bool = False
) -> BallHolder:
    """Who acts next; while a decision or a step is being carried out that is Usher itself.

    Of a closed case whose mail did not go the desk still has to tell its sponsor. Once somebody is invited
    the order's own mail holds up nobody.

    `step`: how far the step is that the case is at; None where it is at none. `heard`: its sponsor has
    written, or somebody was not asked or told yet, and staff have to do something about it.
    """
    if heard:
        return BallHolder.DESK
    if step is not None:
        runs = step is StepState.RUNNING and phase is not Phase.FAILED
        return BallHolder.USHER if runs else BallHolder.DESK
    if status not in REGISTERING and phase in (Phase.DECIDED, Phase.EXECUTING):
        return BallHolder.USHER
    if BALL[status] is BallHolder.NOBODY and phase is Phase.FAILED:
        return BallHolder.DESK
    return BALL[status]


def as_inviter(by: str) -> str:
    """What they are called where they named who registers."""
    return f"{_INVITER}{by}"


def with_inviter(hands: Collection[str], by: str) -> frozenset[str]:
    """Who named whom to register has a hand in that registration alone, in the place of who did before."""
    return frozenset(hand for hand in hands if not hand.startswith(_INVITER)) | {as_inviter(by)}


def hands_in_registration(hands: Collection[str]) -> frozenset[str]:
    """Who does not decide about a registration: whoever had a hand in its case, or named who registers."""
    return frozenset(hand.removeprefix(_INVITER) for hand in hands)


def status_after(ris: RisCase, *, authorised: bool, asked: bool = False) -> CaseStatus:
    """Where a case stands once this RIS has come, by its content and by who sent it.

    `asked`: a question of staff is open, which a complete case waits for as well.
    """
    if not authorised:
        return CaseStatus.RECEIVED
    complete = ris.decision is Decision.COMPLETE and not asked
    return CaseStatus.IN_REVIEW if complete else CaseStatus.WAITING_FOR_SPONSOR


@dataclass(frozen=True, kw_only=True)
class Thread:
    """What a mail of ours has to name so that the sender's program files it with theirs."""

    message_id: str = ""
    references: tuple[str, ...] = ()
    subject: str = ""

    @classmethod
    def answering(cls, mail: InboundMail) -> Self:
        """What our answer to that mail has to name (RFC 5322, 3.6.4)."""
        references = (*reversed(mail.thread_ids), mail.message_id) if mail.message_id else ()
        return cls(
            message_id=mail.message_id,
            references=tuple(dict.fromkeys(references))[-MOST_REFERENCES:],
            subject=mail.subject,
        )


@dataclass(frozen=True, kw_only=True)
class Addition:
    """A form for an organisation that is there already, as staff confirmed: it brings new people only.

    No new site and no new registration follow from it.
    """

    of: int  #: the case with which the organisation began; never itself an addition
    known: tuple[int, ...] = ()  #: which of the form's users are there already, counted from 0
    told: bool = False  #: whether its sponsor may read of that other case: it is theirs

    @property
    def ref(self) -> str:
        return case_ref(self.of)

    def seal(self, ris: RisCase) -> str:
        """The hash of what a decision about an addition is about: the form, and who of it is new."""
        return hashlib.sha256(f"{ris.form_hash()} {self.of} {self.known}".encode()).hexdigest()


def _who(user: User) -> str:
    """What a list of people names somebody by."""
    return fold_person(f"{user.first_name} {user.last_name}") or user.email


def weighed(ris: RisCase, addition: Addition | None) -> RisCase:
    """The form with the problems that count for what it is, by itself or as an addition."""
    return ris.as_addition() if addition else ris


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case with its newest version."""

    id: int
    status: CaseStatus
    version: int  #: counts from 1
    content_hash: str  #: of the newest version, with the addition it is; what a decision is bound to
    ris: RisCase  #: as `weighed`
    sponsor: Address  #: who sent it, and who is answered
    cc: tuple[str, ...] = ()
    authorised: bool  #: a sponsor by SPONSORS with a passed verdict
    verdict: Verdict
    evidence: str = ""
    lang: str = "en"
    hands: frozenset[str] = frozenset()  #: ids of everyone who submitted or changed it
    thread: Thread = Thread()
    mail_id: int = 0  #: the ledger's row of the newest version's mail
    created_at: datetime
    status_since: datetime
    assigned_to: str = ""
    escalated: bool = False  #: it waited too long, and more people may decide
    decision: CaseDecision | None = None  #: the one that stands
    voided: tuple[CaseDecision, ...] = ()  #: those that were taken back, oldest first
    addition: Addition | None = None
    step: StepState | None = None  #: how far the step is that it is at
    heard: bool = False  #: while it waits for its sponsor, they wrote or were not asked: staff's turn it is
    turn_since: datetime | None = None  #: whoever holds the ball holds it so since then

    @property
    def ref(self) -> str:
        return case_ref(self.id)

    @property
    def ordered_users(self) -> tuple[User, ...]:
        """For whom something is ordered: of an addition, the people who are not there yet."""
        known = frozenset(self.addition.known if self.addition else ())
        return tuple(user for number, user in enumerate(self.ris.users) if number not in known)

    @property
    def known_users(self) -> tuple[User, ...]:
        """Who of an addition is there already, each once; not whoever of that name it orders for."""
        ordered = {_who(user) for user in self.ordered_users}
        users = [self.ris.users[number] for number in (self.addition.known if self.addition else ())]
        return tuple({_who(user): user for user in users if _who(user) not in ordered}.values())

    @property
    def ordered_seats(self) -> int | str | None:
        """The seats that are charged: of an addition, those of its new people with a phone."""
        if self.addition is None:
            return self.ris.company.seats
        return sum(user.credential == Credential.PHONE_OTP for user in self.ordered_users)

    @property
    def ball(self) -> BallHolder:
        phase = self.decision.phase if self.decision else None
        return ball_of(self.status, phase, self.step, heard=self.heard)

    @property
    def is_uninvited(self) -> bool:
        """Whether whoever is invited now knows nothing of it: `step` says why the desk is needed."""
        return self.status is CaseStatus.INVITED and self.step in (StepState.DESK, StepState.FAILED)

    @property
    def held_since(self) -> datetime:
        return self.turn_since or self.status_since


@dataclass(frozen=True, kw_only=True)
class CaseVersion:
    """What a case held at one time, and where it came from."""

    number: int  #: counts from 1
    content_hash: str
    ris: RisCase
    made_by: str  #: "mail:41": a form that came; "answers:3": answers in words; or `as_inviter`
    made_at: datetime
    mail_id: int = 0  #: the ledger's row of the mail it came in


def case_ref(number: int) -> str:
    """What a case is called wherever it is named: "C-7"."""
    return f"C-{number}"


def case_id(ref: str) -> int | None:
    """Read "C-7", "c7" or "7"; None when it is no case's name."""
    number = read_ref(ref, "C-?")
    return read_number(ref) if number is None else number
