"""What cards, pages and mails show of a case, as plain values; `rendering` puts them into words."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from bot.domain.approvals import Approval, Grave, Phase, SecondReason
from bot.domain.bounces import Returned
from bot.domain.case_answers import CaseAnswers
from bot.domain.case_steps import CaseStep
from bot.domain.cases import Case, CaseStatus, CaseVersion
from bot.domain.clippings import Clipping
from bot.domain.letters import OpenQuestion
from bot.domain.mail import Kind
from bot.domain.organisations import Double, Likeness
from bot.domain.outbox import JobStatus
from bot.domain.provenance import Provenance
from bot.domain.purchase_orders import PurchaseOrder
from bot.domain.purchasing import Bought, Quote
from bot.domain.registration import Registered, Registration
from bot.domain.ris import Decision
from bot.domain.sheets import SheetRefusal
from bot.domain.withdrawals import Irrevocable


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One mail about a case and how far it is."""

    template: str  #: the mail's name, e.g. "order_confirmation"
    state: JobStatus
    id: int = 0  #: its job
    at: datetime | None = None
    error: str = ""
    returned: tuple[Returned, ...] = ()
    came_back: bool = False  #: from whom it was to
    kept: bool = True  #: its words, without which it cannot be written anew
    anew: bool = False  #: discarded or come back, and another was written in its place


@dataclass(frozen=True, kw_only=True)
class LostMail:
    """A mail that did not go, or of which nobody knows."""

    template: str
    address: str
    error: str = ""  #: in the other side's words


@dataclass(frozen=True, kw_only=True)
class Joined:
    """The organisation of an addition, as it stands now."""

    company: str
    status: CaseStatus
    sharing: tuple[str, ...] = ()  #: people it orders for whose address somebody else has there, by name
    with_account: tuple[str, ...] = ()  #: people it orders for who have an account there
    closed: tuple[tuple[str, str], ...] = ()  #: those whose account is closed: by name, with its "A-7"
    shut: tuple[tuple[str, str], ...] = ()  #: the same of people it names and orders nothing for
    by_former: tuple[tuple[str, str], ...] = ()  #: known by an address of before, each with that of now


@dataclass(frozen=True, kw_only=True)
class CaseCard:
    """The newest state of a case, as its card shows it."""

    case: Case
    effects: tuple[Effect, ...] = ()  #: of its decision
    returned: tuple[Effect, ...] = ()  #: its other mails that did not arrive
    unasked: bool = False  #: its sponsor was to be asked by a mail that did not go
    untold: bool = False  #: its registration is refused by a mail that did not go
    unreleased: bool = False  #: the one or the other waits for release
    unmailed: int = 0  #: people of it whose activation mail waits for release, or did not go
    likenesses: tuple[Likeness, ...] = ()  #: known organisations that it may be of, likeliest first
    doubles: tuple[Double, ...] = ()  #: later cases that may be the same order
    joined: Joined | None = None  #: the organisation to which it is added
    before: CaseVersion | None = None  #: the version before the newest
    open_answers: int = 0  #: mails with answers that wait for a click of staff
    unread: int = 0  #: other mails in words since its newest form, with which nobody has dealt
    unread_to: int = 0  #: the newest of them
    questions: tuple[OpenQuestion, ...] = ()  #: of staff, which its sponsor has not answered
    given: tuple[Approval, ...] = ()  #: to what it holds now
    why_second: tuple[SecondReason, ...] = ()  #: why two approvals are needed; () when one is enough
    why_code: tuple[Grave, ...] = ()  #: why approving it asks for a code; () when it does not
    deciders: tuple[str, ...] = ()  #: names of those who may still decide; () where nobody was asked
    may_decide: bool = True  #: False leaves the buttons away
    quote: Quote | None = None  #: what approving it buys, while that is undecided
    steps: tuple[CaseStep, ...] = ()  #: once it is approved
    lost: tuple[LostMail, ...] = ()  #: of the steps' mails
    bought: Bought | None = None
    registration: Registration | None = None  #: once it was invited
    registered: Registered | None = None  #: what was last submitted, as it is understood
    ticked_outside: bool = False  #: it comes and is approved where accounts are kept, and staff say so here

    @property
    def offer(self) -> str:
        """The seal of what approving it costs; "" where that is not shown."""
        return self.quote.seal if self.quote else ""

    @property
    def lacks_a_word(self) -> bool:
        """It is in review, and complete only if staff say that it is an addition."""
        return self.case.status is CaseStatus.IN_REVIEW and self.case.ris.decision is not Decision.COMPLETE


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """What stands outside as an earlier form had it, and has to be changed to the newest."""

    number: str
    url: str
    before: CaseVersion


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an approver is asked before their yes counts."""

    card: CaseCard
    code: bool = False  #: of their second factor
    payers: tuple[PurchaseOrder, ...] = ()  #: of which they pick one; () where the form's own pays
    came: tuple[str, ...] = ()  #: what its sponsor wrote since they were asked before


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """One version of a case in full."""

    case: Case
    shown: CaseVersion
    before: CaseVersion | None = None  #: the version before that one
    versions: tuple[tuple[int, datetime], ...] = ()  #: all of them with their time, the newest first
    clippings: tuple[Clipping, ...] = ()  #: messages that staff added to the case, the newest first


@dataclass(frozen=True, kw_only=True)
class QuestionNote:
    """A question for the support channel, in the sender's words."""

    ref: str
    sender_name: str
    sender_address: str
    verified: bool
    evidence: str = ""  #: why, or why not
    subject: str
    text: str
    attachments: tuple[str, ...] = ()
    received_at: datetime
    mail_id: int
    follow_up: bool = False  #: a reply in a conversation or case that is known already
    with_form: bool = False  #: what stood beside the form of a new case
    robot: str = ""  #: why it was taken for a robot's or a list's; nothing was done about it
    own: bool = False  #: it comes from an address of this desk, to which nothing may be answered
    unread: tuple[str, ...] = ()  #: files that came with a form, and were not read as one
    unopened: tuple[str, ...] = ()  #: files that came with a form, and were not opened
    refused: SheetRefusal | None = None  #: why its spreadsheet was not read
    content_hash: str = ""  #: of the mail
    left_out: int = 0  #: characters of its words for which `text` has no room
    unread_bytes: int = 0  #: its size, where it was too large to be read
    withheld: bool = False  #: the mail server does not give it out
    fault: str = ""  #: why it could not be read in full
    form_sent: bool = False  #: it asked for the blank form, and that is on its way
    taken: bool = False  #: the form that is attached is a version of a case
    to_read: bool = False  #: a person has to look at it
    goes_on: bool = False  #: also once a newer form came, or its answers under numbers were shown
    about: str = ""  #: the case whose mail it answers, where it does not go on there
    whose: Provenance | None = None  #: it asks whether a mail is ours: what was found, and answered
    in_slack: bool = False  #: asked there: Slack says who, and of their address nobody knows


WORDS_SHOWN: Final = 2_500  #: characters of somebody's words in a Slack note; a section holds 3000


def shown_words(words: str) -> dict[str, Any]:
    """Somebody's words as far as a note has room, up to the end of a word, and how much is left out."""
    if len(words) <= WORDS_SHOWN:
        return {"text": words, "left_out": 0}
    kept = words[:WORDS_SHOWN]
    if words[WORDS_SHOWN].strip():  # in a word
        kept = re.sub(r"\S{1,80}\Z", "", kept)
    return {"text": f"{kept.rstrip()} …", "left_out": len(words) - len(kept)}


@dataclass(frozen=True, kw_only=True)
class WholeMail:
    """All that somebody wrote, where a card had room for its beginning only."""

    ref: str  #: "" where it belongs to nothing
    mail_id: int  #: 0 where it came by another way
    sender: str
    subject: str
    text: str


@dataclass(frozen=True, kw_only=True)
class AnswersNote:
    """Answers in words, below the card of their case: what a click would change, and what stays words."""

    ref: str
    company: str
    answers: CaseAnswers


class MailEnd(StrEnum):
    """What became of a mail that waited for release, or that did not go."""

    RELEASED = "released"
    DISCARDED = "discarded"
    RETRIED = "retried"
    OVERTAKEN = "overtaken"  # another goes in its place, or none
    UNTRUE = "untrue"  # what it says is true no more
    WENT = "went"  # it evidently had gone
    TOLD = "told"  # its reader knows by another way
    ANEW = "anew"  # staff had another written
    READDRESSED = "readdressed"  # staff had another sent elsewhere


@dataclass(frozen=True, kw_only=True)
class TroubleNote:
    """Something that needs a person: a mail set aside, a job that failed or is unknown."""

    #: "mail_set_aside", "job_failed", "job_unknown", "direct_unknown", "job_overtaken", "copy_refused",
    #: "answers_capped", "case_capped", "mail_bounced", "address_given_up", "requests_wait",
    #: "requests_dropped", "erasure_unreadable", "erased_left"
    what: str
    subject: str  #: e.g. "mail 12", "order_confirmation → anna@…"
    detail: str
    ref: str = ""
    id: int = 0
    unactivated: str = ""  #: the address whose account nobody has activated, and which may be wrong
    anew: bool = False  #: its case's card has *Write it anew* for that mail
    told: bool = False  #: and *Told otherwise*
    ended: MailEnd | None = None  #: then nothing is asked any more
    by: str = ""  #: who ended it
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class KindNote:
    """Staff mended a wrong kind."""

    kind: Kind  #: RIS or QUESTION
    ref: str  #: the case or conversation it is now; "" when it was a form of a mail that stays a RIS
    by: str


@dataclass(frozen=True, kw_only=True)
class WithdrawalNote:
    """A sponsor takes a case back, below its card: what was done, or what staff may do."""

    ref: str
    #: "done": at their plain word; "asked", "unclear", "named" (in another thread): with a button;
    #: "kept": it cannot be; "by_staff"; "stopped" by the desk, which nobody had asked for
    what: str
    content_hash: str
    by: str = ""
    other: str = ""  #: the addition that stands in the way; of "named", where the words stand
    standing: tuple[Irrevocable, ...] = ()  #: what could not be called back


@dataclass(frozen=True, kw_only=True)
class ChangeLine:
    """One difference of a corrected form; `who` is "" for the company."""

    field: str  #: of Company or User; "" where a person came or went
    before: str
    after: str
    who: str = ""


@dataclass(frozen=True, kw_only=True)
class CorrectionNote:
    """A corrected form came after the decision, below the card: the differences, and a button or why not."""

    ref: str
    content_hash: str
    mail_id: int
    changes: tuple[ChangeLine, ...]
    more: int = 0  #: changes beyond those
    other: str = ""  #: the addition that stands in the way
    keys_out: bool = False  #: License Keys that went out stand in the way
    late: bool = False  #: its customer has been invited
    by: str = ""  #: who reopened the case; then nothing is asked any more
    may_have_gone: bool = False  #: a mail of the decision that was taken back was on its way


@dataclass(frozen=True, kw_only=True)
class SameFormNote:
    """The same form came again as a new mail, below the older case's card."""

    ref: str
    again: str


class PileEnd(StrEnum):
    """What staff said about forms that waited."""

    TAKEN = "taken"
    LEFT = "left"  #: they stay in the ledger, and can be taken in after all


@dataclass(frozen=True, kw_only=True)
class CappedNote:
    """A sender has sent more forms than are taken in an hour: the rest waits for staff."""

    sender: str
    verified: bool
    limit: int
    hours: int
    mail_id: int  #: the first that waits
    ended: PileEnd | None = None  #: then it waits no more
    by: str = ""  #: who ended it
    count: int = 0  #: of how many forms
    same: int = 0  #: how many more hold what an earlier one holds
    last: int = 0  #: the newest mail that was left aside


@dataclass(frozen=True, kw_only=True)
class Pile:
    """What waits of one sender at present, as it is shown before it is left aside."""

    sender: str
    mail_id: int  #: that its note names
    count: int
    last: int  #: its newest mail; what comes later was not shown


@dataclass(frozen=True, kw_only=True)
class AlarmNote:
    """Trouble of the desk itself, or its end."""

    name: str  #: the part's, or "silence"
    sentence: str  #: what the part says of it
    since: datetime
    until: datetime | None = None  #: None while it lasts
    expected_by: datetime | None = None  #: of a silence: when mail has usually come by


@dataclass(frozen=True, kw_only=True)
class HeldNote:
    """A mail that waits for release, or that does so no more."""

    job_id: int
    recipient: str
    mail_subject: str
    text: str
    ref: str = ""
    given_up: bool = False  #: it waits because mails to its address came back
    ended: MailEnd | None = None  #: then nothing is asked any more
    by: str = ""  #: who ended it
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class StatusPage:
    """What the holder of a status link may see of a case."""

    ref: str
    company: str
    status: CaseStatus
    since: datetime
    received_at: datetime
    users: int
    seats: str
    open_problems: int
    decided_at: datetime | None = None
    phase: Phase | None = None
    steps: tuple[CaseStep, ...] = ()  #: once it is approved
    supplied: bool = False  #: License Keys of it went out, and do not come back
    registered_at: datetime | None = None  #: when the desk approved its registration
    waiting: int = 0  #: people of it who have not activated their accounts
    unmailed: int = 0  #: those of them whose activation mail has yet to go
    answered: bool = False  #: its sponsor waits for the desk
    unasked: bool = False  #: the mail that asks its sponsor has yet to go
    uninvited: bool = False  #: so has the one to whoever is invited now
