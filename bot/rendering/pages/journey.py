"""A case's way to a live site, as its status page shows it: done, whose turn it is, what comes next."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.cards import StatusPage
from bot.domain.case_steps import ENDED as ENDED_STEPS
from bot.domain.case_steps import StepName, StepState, left_out, step_at
from bot.domain.cases import OVER, BallHolder, CaseStatus, ball_of
from bot.rendering import quoting
from bot.rendering.words import Words


class Milestone(StrEnum):
    """The way of every organisation, in its order."""

    RECEIVED = "received"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    CREDENTIALS = "credentials"
    PROVISIONING = "provisioning"
    INVITATION = "invitation"
    REGISTRATION = "registration"
    LIVE = "live"
    ACTIVATION = "activation"  # begins once the site stands, and goes on for weeks


class Mark(StrEnum):
    DONE = "done"
    NOW = "now"
    NEXT = "next"
    STOPPED = "stopped"
    ASIDE = "aside"  # it was skipped: the desk does it another way


class Mood(StrEnum):
    """The colour of the state's badge."""

    UNDER_WAY = "under_way"
    WAITING = "waiting"
    GOOD = "good"
    ENDED = "ended"


#: at which step a case in that state is
AT: dict[CaseStatus, Milestone] = {
    CaseStatus.RECEIVED: Milestone.REVIEWED,
    CaseStatus.IN_REVIEW: Milestone.REVIEWED,
    CaseStatus.WAITING_FOR_SPONSOR: Milestone.REVIEWED,
    CaseStatus.APPROVED: Milestone.CREDENTIALS,
    CaseStatus.PURCHASING: Milestone.CREDENTIALS,
    CaseStatus.PROVISIONING: Milestone.PROVISIONING,
    CaseStatus.INVITED: Milestone.REGISTRATION,
    CaseStatus.REGISTRATION_REVIEW: Milestone.REGISTRATION,
    CaseStatus.LIVE: Milestone.LIVE,
    CaseStatus.REJECTED: Milestone.APPROVED,
    CaseStatus.WITHDRAWN: Milestone.REVIEWED,
}
#: what of Usher's steps makes one of these; skipped, it was not done by Usher
MADE_BY: dict[Milestone, frozenset[StepName]] = {
    Milestone.CREDENTIALS: frozenset({StepName.KEYS, StepName.KEY_MAILS}),
    Milestone.PROVISIONING: frozenset({StepName.SITE}),
    Milestone.INVITATION: frozenset({StepName.INVITATION}),
}
#: the invitation has arrived, whichever way
_ANSWERED = frozenset({CaseStatus.REGISTRATION_REVIEW, CaseStatus.LIVE})
MOODS: dict[CaseStatus, Mood] = {
    CaseStatus.RECEIVED: Mood.UNDER_WAY,
    CaseStatus.IN_REVIEW: Mood.UNDER_WAY,
    CaseStatus.WAITING_FOR_SPONSOR: Mood.WAITING,
    CaseStatus.APPROVED: Mood.GOOD,
    CaseStatus.PURCHASING: Mood.GOOD,
    CaseStatus.PROVISIONING: Mood.GOOD,
    CaseStatus.INVITED: Mood.GOOD,
    CaseStatus.REGISTRATION_REVIEW: Mood.GOOD,
    CaseStatus.LIVE: Mood.GOOD,
    CaseStatus.REJECTED: Mood.ENDED,
    CaseStatus.WITHDRAWN: Mood.ENDED,
}


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One line of the list."""

    name: str
    mark: Mark
    mark_name: str
    at: str = ""  #: when it was done, where that is known


@dataclass(frozen=True, kw_only=True)
class Fact:
    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Journey:
    """The whole page in words."""

    ref: str
    company: str
    state: str
    mood: Mood
    lead: str  #: how it stands, in a sentence
    holder: str  #: "" when it is nobody's turn any more
    since: str
    next: str
    facts: tuple[Fact, ...]
    stops: tuple[Stop, ...]


def journey(page: StatusPage, words: Words) -> Journey:
    """Put a case's state into the reader's words."""
    holder = _holder(page)
    return Journey(
        ref=page.ref,
        company=quoting.one_line(page.company, 120),
        state=words.status(page.status, holder),
        mood=MOODS[page.status],
        lead=_lead(page, words),
        holder=_named(page, holder, words),
        since=words.instant(page.since),
        next=_next(page, words),
        facts=_facts(page, words),
        stops=_stops(page, words),
    )


def _holder(page: StatusPage) -> BallHolder:
    at = step_at(page.steps)
    state = at.state if at else None
    if page.status is CaseStatus.INVITED and _is_aside(page, Milestone.INVITATION):
        state = StepState.SKIPPED
    if page.uninvited:
        state = StepState.DESK
    return ball_of(page.status, page.phase, state, heard=page.answered)


def _is_aside(page: StatusPage, step: Milestone) -> bool:
    """Whether Usher does not do that: two people skipped it."""
    if step is Milestone.INVITATION and page.status in _ANSWERED:
        return False
    return bool(MADE_BY.get(step, frozenset()) & left_out(page.steps))


def _aside(page: StatusPage) -> bool:
    """Whether what the state's sentence would tell as done was skipped."""
    told = {
        CaseStatus.PROVISIONING: (Milestone.CREDENTIALS,),
        CaseStatus.INVITED: (Milestone.INVITATION,),
        CaseStatus.LIVE: (Milestone.CREDENTIALS, Milestone.PROVISIONING),
    }
    accounts = page.status is CaseStatus.LIVE and StepName.ACCOUNTS in left_out(page.steps)
    return accounts or any(_is_aside(page, step) for step in told.get(page.status, ()))


def _named(page: StatusPage, holder: BallHolder, words: Words) -> str:
    if _is_activating(page):
        return words.say(f"page.status.holder.{BallHolder.DESK if page.unmailed else 'users'}")
    return "" if holder is BallHolder.NOBODY else words.say(f"page.status.holder.{holder}")


def _is_activating(page: StatusPage) -> bool:
    """The site is live, and somebody has not come through its door yet."""
    return page.status is CaseStatus.LIVE and page.waiting > 0


def _told_as(page: StatusPage) -> CaseStatus:
    """A registration whose refusal nobody was told is with the desk still, as far as others know."""
    untold = page.status is CaseStatus.INVITED and page.answered
    return CaseStatus.REGISTRATION_REVIEW if untold else page.status


def _lead(page: StatusPage, words: Words) -> str:
    key = f"page.status.lead.{_told_as(page)}"
    if page.status is CaseStatus.WAITING_FOR_SPONSOR and page.answered:
        return words.say("page.status.lead.unasked" if page.unasked else "page.status.lead.answered")
    if page.status is CaseStatus.WAITING_FOR_SPONSOR:
        # The desk may wait for an answer to a question of its own, with nothing wrong in the form.
        return words.say(f"{key}.points", count=page.open_problems) if page.open_problems else words.say(key)
    if page.status is CaseStatus.WITHDRAWN and page.supplied:
        return words.say(f"{key}.supplied")
    if page.uninvited or _aside(page):
        return words.say(f"{key}.{'uninvited' if page.uninvited else 'aside'}")
    if _is_activating(page):
        return words.say(f"{key}.activating", count=page.waiting)
    return words.say(key)


def _next(page: StatusPage, words: Words) -> str:
    key = f"page.status.next.{_told_as(page)}"
    if page.status is CaseStatus.WAITING_FOR_SPONSOR and page.answered:
        key = "page.status.next.unasked" if page.unasked else "page.status.next.answered"
    elif page.status is CaseStatus.WAITING_FOR_SPONSOR and not page.open_problems:
        key = f"{key}.asked"
    telling = page.status in OVER and _holder(page) is BallHolder.DESK
    if (telling or _holder(page) is BallHolder.USHER) and f"{key}.running" in words:
        key = f"{key}.running"
    if _is_activating(page) and page.unmailed:
        return words.say(f"{key}.unmailed", count=page.unmailed)
    if _is_activating(page):
        key = f"{key}.activating"
    elif (page.uninvited or _aside(page)) and f"{key}.aside" in words:
        key = f"{key}.aside"
    return words.say(key)


def _facts(page: StatusPage, words: Words) -> tuple[Fact, ...]:
    values = {
        "received": words.date(page.received_at),
        "users": str(page.users),
        "seats": quoting.one_line(page.seats, 20),
    }
    return tuple(
        Fact(name=words.say(f"page.status.fact.{key}"), value=value) for key, value in values.items() if value
    )


def _stops(page: StatusPage, words: Words) -> tuple[Stop, ...]:
    """Every step up to the end; a case that ended shows none beyond the one it ended at."""
    at = list(Milestone).index(_at(page))
    steps = list(Milestone)[: at + 1] if page.status in OVER else list(Milestone)
    marks = [_mark(page, step, number - at) for number, step in enumerate(steps)]
    return tuple(_stop(page, step, mark, words) for step, mark in zip(steps, marks, strict=True))


def _at(page: StatusPage) -> Milestone:
    """The invitation is made ready while the case is being set up still, and again for whoever has none."""
    at = step_at(page.steps)
    inviting = page.uninvited or (at is not None and at.name is StepName.INVITATION)
    return Milestone.INVITATION if inviting else AT[page.status]


def _mark(page: StatusPage, step: Milestone, ahead: int) -> Mark:
    if (ahead < 0 or page.status is CaseStatus.LIVE) and _is_aside(page, step):
        return Mark.ASIDE
    if page.status is CaseStatus.LIVE:
        return Mark.NOW if step is Milestone.ACTIVATION and _is_activating(page) else Mark.DONE
    if ahead:
        return Mark.DONE if ahead < 0 else Mark.NEXT
    return Mark.STOPPED if page.status in OVER else Mark.NOW


def _stop(page: StatusPage, step: Milestone, mark: Mark, words: Words) -> Stop:
    key = f"page.step.{step}"
    if mark is Mark.STOPPED:
        key = f"page.step.{page.status}"
    elif mark is Mark.NOW and f"{key}.now" in words:
        key = f"{key}.now"
    at = _date_of(page, step, mark)
    return Stop(
        name=words.say(key),
        mark=mark,
        mark_name=words.say(f"page.mark.{mark}"),
        at=words.date(at) if at else "",
    )


def _date_of(page: StatusPage, step: Milestone, mark: Mark) -> datetime | None:
    if mark is Mark.STOPPED:  # the mail with the rejection may have gone later
        return page.decided_at if page.status is CaseStatus.REJECTED else page.since
    if mark is not Mark.DONE:
        return None
    ended = {one.name: one.since for one in page.steps if one.state in ENDED_STEPS}
    return {
        Milestone.CREDENTIALS: ended.get(StepName.KEY_MAILS),
        Milestone.PROVISIONING: ended.get(StepName.SITE),
        Milestone.INVITATION: ended.get(StepName.INVITATION),
        Milestone.REGISTRATION: page.registered_at,
        Milestone.RECEIVED: page.received_at,
        Milestone.REVIEWED: page.decided_at,
        Milestone.APPROVED: page.decided_at,
    }.get(step)
