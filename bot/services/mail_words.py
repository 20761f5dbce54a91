"""The words of mails of ours: put together when they go, and once more for whoever asks what went."""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from jinja2 import UndefinedError
from sqlite_utils import Database

from bot.domain import recovery
from bot.domain.cases import OPEN, OVER, CaseStatus, case_id
from bot.domain.errors import PermanentFailure
from bot.domain.letters import Letter
from bot.domain.mail import Attachment, OutboundMail
from bot.domain.outbox import Job, JobStatus
from bot.ports import Marker
from bot.rendering import mails
from bot.services import (
    accounts,
    email_change_notices,
    email_changes,
    enrolments,
    key_mails,
    lifecycle_mails,
    marking,
    member_invitations,
    nudges,
    partner_invitations,
    partners,
    registration,
)
from bot.services.desk import Desk
from bot.services.queueing import HIDDEN
from bot.store import case_questions, cases, links


def is_true(db: Database, job: Job, *, now: datetime) -> bool:
    """Whether what a mail says is true still: its decision was not taken back, its link has not ended."""
    if _has_ended(db, job, now=now) or (job.decision_id and cases.was_voided(db, job.decision_id)):
        return False
    ask = STILL_TRUE.get(job.template)
    if ask is None:
        return True
    more: dict[str, Any] = {"recipient": job.recipient, "key": job.key, "about": job.key.partition(":")[0]}
    more["waited"] = job.released or job.status is JobStatus.HELD
    return ask(db, {**job.values["words"], **more})


def _has_ended(db: Database, job: Job, *, now: datetime) -> bool:
    """Whether its link opens nothing any more: it was made in one moment with its mail."""
    if job.template not in LINKS:
        return False
    ends = links.find_end(db, LINKS[job.template], about=_opens(job), made_at=job.created_at)
    return ends is not None and ends <= now


def _opens(job: Job) -> str:
    """What its link is about; "" where its moment alone tells it from others."""
    if job.template == email_change_notices.MAIL:
        return email_change_notices.link_of(job.key)
    return "" if job.template == enrolments.MAIL else job.key.partition(":")[0]


def mail_of(db: Database, desk: Desk, marker: Marker, job: Job, *, now: datetime) -> OutboundMail:
    """The mail a job stands for, in words and with what goes along; `now` is its Date."""
    thread = job.values["thread"]
    attached, files = _attached(db, desk, marker, job)
    rendered = _render(desk, job, _said(db, desk, job, {**job.secrets, "attached": attached}))
    return OutboundMail(
        message_id=job.message_id,
        sender=desk.sender_of(job.values["ref"]),
        reply_to=desk.mail_from.address if desk.sender_of(job.values["ref"]) != desk.mail_from else "",
        envelope=desk.mail_from.address,
        to=job.recipient,
        cc=tuple(job.values["cc"]),
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        in_reply_to=thread["message_id"],
        references=tuple(thread["references"]),
        automatic=job.automatic,
        attachments=files,
        date=now,
    )


def put_together(
    db: Database, desk: Desk, marker: Marker, jobs: Iterable[Job], *, now: datetime
) -> dict[int, OutboundMail]:
    """The mails of jobs that are about to go, ahead of their turns: so each takes a sixth less in all.

    By turns with the sending each pushes the other's code out of the processor's cache. Left for its turn is
    what is renewed or made when it goes, what cannot be put together, which is told there, and what a worker
    may have died over.
    """
    ready: dict[int, OutboundMail] = {}
    for job in jobs:
        if job.template not in RENEWED and not job.values.get("attach") and not job.unknowns:
            with suppress(Exception):
                ready[job.id] = mail_of(db, desk, marker, job, now=now)
    return ready


def _said(db: Database, desk: Desk, job: Job, more: Mapping[str, str | list[str]]) -> Mapping[str, Any]:
    """A mail's words with its secrets, or with what staff see in their place: HIDDEN, or the words alone."""
    words = {**job.values["words"], **more}
    renew = RENEWED.get(job.template)
    return renew(db, desk, words) if renew else words


def _attached(db: Database, desk: Desk, marker: Marker, job: Job) -> tuple[str, tuple[Attachment, ...]]:
    """What a job only names is made now; the mail's words say "own", "form", "blank", or nothing of it."""
    wanted, lang = job.values.get("attach") or {}, job.values["lang"]
    if wanted.get("what") == marking.BLANK:
        return "blank", (marking.blank_form(desk.policy, lang),)
    if wanted.get("what") == marking.MARKED and job.case_id is not None:
        form = marking.mark_version(
            db, desk, marker, case_id=job.case_id, version=wanted["version"], lang=lang
        )
        if form is not None:
            return "own" if form.own else "form", (form.file,)
    return "", ()


def reword(db: Database, desk: Desk, job: Job) -> mails.RenderedMail:
    """The words of a mail that went, without its secrets; PermanentFailure where they are not kept.

    Nobody makes again what went along; what the words call that is what is likeliest.
    """
    _check_kept(job)
    attached = ATTACHED.get((job.values.get("attach") or {}).get("what", ""), "")
    words = _said(db, desk, job, {**HIDDEN, "attached": attached})
    return _render(desk, job, words)


def list_wordings(db: Database, desk: Desk, job: Job) -> list[mails.RenderedMail]:
    """All that the words of a mail that went may have been: with each thing along, as renewed and as queued.

    Raise PermanentFailure where they are not kept.
    """
    _check_kept(job)
    along = ("blank", "own", "form", "") if job.values.get("attach") else ("",)
    more: list[dict[str, str | list[str]]] = [{**HIDDEN, "attached": attached} for attached in along]
    said = [_said(db, desk, job, one) for one in more]
    wordings = [_render(desk, job, words) for words in said]
    for one in more:
        if (queued := {**job.values["words"], **one}) not in said:
            with suppress(UndefinedError):  # it never went like that: what is renewed makes it whole
                wordings.append(_render(desk, job, queued))
    return wordings


def _check_kept(job: Job) -> None:
    if job.values.get("erased"):
        raise PermanentFailure(f"the words of mail {job.id} are not kept any more")


def _render(desk: Desk, job: Job, words: Mapping[str, Any]) -> mails.RenderedMail:
    return mails.render_mail(
        job.template,
        job.values["lang"],
        words,
        brand=desk.policy.brand,
        templates_dir=desk.templates_dir,
    )


def _stage(db: Database, words: Mapping[str, Any]) -> tuple[CaseStatus, int] | None:
    """Where the case stands that a mail is about, and with which version; None for one without a case."""
    return cases.find_stage(db, case_id(words["about"]) or 0)


def _is_under_way(db: Database, words: Mapping[str, Any]) -> bool:
    """Whether the case whose form a mail answers is neither closed nor rejected; a mail in words has none."""
    stage = _stage(db, words)
    return stage is None or stage[0] not in OVER


def _has_newest(db: Database, words: Mapping[str, Any], states: Collection[CaseStatus]) -> bool:
    """Whether it is in one of these states with the version that the mail answers, of which no newer came."""
    stage = _stage(db, words)
    return stage is not None and stage[0] in states and str(stage[1]) == words["key"].split(":")[1]


def _thanks_still(db: Database, words: Mapping[str, Any]) -> bool:
    """Whether that version is the newest; once it waited for release, as long as nobody has decided, too."""
    return _has_newest(db, words, OPEN if words["waited"] else _UNDER_WAY)


def _is_asked_still(db: Database, words: Mapping[str, Any]) -> bool:
    """Whether the sponsor is waited for with that version."""
    return _has_newest(db, words, (CaseStatus.WAITING_FOR_SPONSOR,))


def _is_unanswered(db: Database, words: Mapping[str, Any]) -> bool:
    """Whether the sponsor is waited for with what staff ask in that mail; they may know by phone by now."""
    stage = _stage(db, words)
    if stage is None or stage[0] is not CaseStatus.WAITING_FOR_SPONSOR:
        return False
    return case_questions.is_asked(db, words["key"])


_UNDER_WAY = frozenset(CaseStatus) - OVER
#: what a mail's words call what went along, where staff are shown it
ATTACHED = {marking.BLANK: "blank", marking.MARKED: "form"}

#: mails that are sent for a link, by the purposes of theirs: once it has ended they do not go
LINKS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(registration.MAILS, (registration.LINK,)),
    **dict.fromkeys(accounts.ACTIVATION_MAILS, (accounts.ACTIVATION,)),
    "recovery": (recovery.LINK, recovery.RESET),
    enrolments.MAIL: (enrolments.LINK,),
    email_change_notices.MAIL: (email_changes.LINK,),
    partner_invitations.MAIL: (partner_invitations.LINK,),
    member_invitations.MAIL: (member_invitations.JOINING,),
}
#: mails that are looked at again before they go: whether they are true still, by their words, their
#: `recipient`, their `key` ("C-8:2:receipt"), what that says they are `about` ("C-8"), whether they `waited`
#: for release, and what has changed
STILL_TRUE: dict[str, Callable[[Database, Mapping[str, Any]], bool]] = {
    nudges.TEMPLATE: nudges.still_open,
    registration.MAIL: registration.still_invites,
    "ris_problems": _is_asked_still,
    Letter.QUESTION: _is_unanswered,
    "receipt": _thanks_still,
    "neutral_receipt": _is_under_way,
    **dict.fromkeys(accounts.ACTIVATION_MAILS, accounts.still_activates),
    partners.USER_NAME: accounts.still_theirs,
    partner_invitations.MAIL: partner_invitations.still_invites,
    member_invitations.MAIL: member_invitations.still_invites,
    email_change_notices.MAIL: email_change_notices.still_asks,
    **dict.fromkeys((key_mails.OWN, key_mails.LIST, key_mails.HANDED_OVER), key_mails.still_true),
    **dict.fromkeys(lifecycle_mails.TEMPLATES.values(), lifecycle_mails.still_true),
}
RENEWED: dict[str, Callable[[Database, Desk, Mapping[str, Any]], dict[str, Any]]] = {
    nudges.TEMPLATE: lambda db, _, words: nudges.with_links(db, words),
    key_mails.LIST: lambda db, _, words: key_mails.with_those_that_stand(db, words),
    **dict.fromkeys(lifecycle_mails.TEMPLATES.values(), lifecycle_mails.with_words),
}
