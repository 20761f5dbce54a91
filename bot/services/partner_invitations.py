"""Staff invite people to the Extranet: one by one, or all whom a file names, or nobody of it."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from bot.domain.addressees import Addressee
from bot.domain.approvals import check_is_staff
from bot.domain.cards import MailEnd
from bot.domain.errors import NotApprover
from bot.domain.events import EventTag
from bot.domain.invitation_files import (
    MOST_ROWS,
    Column,
    InvitationReading,
    InviteFault,
    Known,
    read_invitation,
    read_invitations,
    without_known,
)
from bot.domain.note_names import NoteName
from bot.domain.outbox import JobStatus
from bot.domain.partner_refusals import (
    AccountsOutside,
    InvitationsRest,
    InvitationUnsound,
    PartnerInvited,
    PartnerThere,
    UndoesClosing,
)
from bot.domain.partner_requests import RequestState
from bot.domain.partners import (
    MAILS_AGAIN_AFTER,
    MOST_MAILS,
    MOST_WITHIN,
    Holder,
    Invitation,
    NewInvitation,
    find_closed,
    find_closed_by_hand,
    find_user_id,
    invitation_id,
    may_be_same,
)
from bot.domain.row_files import compared
from bot.domain.staff import Staff
from bot.ports import Reader, SharedFile
from bot.rendering import partner_mails
from bot.services import held_notes, partner_requests
from bot.services.desk import Desk
from bot.services.queueing import issue_link, link_rests, queue_mail, queue_note
from bot.services.rights import check_may_close
from bot.store import accounts, events, outbox
from bot.store import partner_invitations as partner_invitation_store
from bot.store import partners as partner_store
from bot.store.database import transaction
from bot.store.numbers import next_number

MAIL = "partner_invitation"
LINK = "partner_invitation"  #: the purpose of an invitation's link
BY_ANYBODY = "usher"  #: who mails one because somebody asked for it without the desk
DAY = timedelta(days=1)
_ABOVE = 50  #: rows that may stand above the headings or be blank


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What a file holds, beside who is there or invited already."""

    name: str
    digest: str  #: hex SHA-256 of the file: whom the button invites is who was shown
    reading: InvitationReading
    invited: bool = False


def check_may_invite(desk: Desk, *, by: Staff) -> None:
    """Raise NotStaff, or AccountsOutside where nobody could register here."""
    check_is_staff(by)
    if not desk.policy.extranet.keeps_accounts:
        raise AccountsOutside


def invite(
    db: Database,
    desk: Desk,
    said: Mapping[Column, str],
    *,
    by: Staff,
    now: datetime,
    request_id: int = 0,
) -> Invitation:
    """One person, who may have asked for it (`request_id`).

    Raise InvitationUnsound, PartnerInvited, PartnerThere, UndoesClosing, InvitationsRest or RequestSettled.
    """
    check_may_invite(desk, by=by)
    new = read_invitation(said, _known(desk))
    if not isinstance(new, NewInvitation):
        raise InvitationUnsound(column=new[0], fault=new[1])
    with transaction(db, locks=("partner_invitations",)):
        holders = partner_store.list_holders(db, [new.email]).get(new.email, [])
        if user_id := find_user_id(holders, new):
            raise PartnerThere(user_id=user_id)
        there = partner_invitation_store.list_open(db, [new.email], now=now).get(new.email, [])
        if one := next((one for one in there if may_be_same(one, new)), None):
            raise PartnerInvited(ref=one.ref)
        if request_id:
            partner_requests.settle(db, request_id, to=RequestState.INVITED, by=by, now=now)
        _check_undoes(db, holders, new, by=by, now=now)
        _check_many(db, desk, 1, now=now)
        made = open_one(db, desk, new, closed_id=find_closed(holders, new), by=by.id, now=now)
        _note(db, f"{made.ref}:note", 1, by=by.id, now=now)
        return made


def _check_undoes(
    db: Database, holders: Collection[Holder], new: NewInvitation, *, by: Staff, now: datetime
) -> None:
    """Whom the desk has locked out comes back by the word of who may; raise UndoesClosing."""
    if user_id := find_closed_by_hand(holders, new):
        try:
            check_may_close(db, by, now=now)
        except NotApprover as no:
            raise UndoesClosing(**no.values, user_id=user_id) from no


def open_one(
    db: Database, desk: Desk, new: NewInvitation, *, closed_id: int, by: str, now: datetime
) -> Invitation:
    """An invitation with its mail, in the caller's transaction.

    `closed_id`: the account in whose place one comes, and whose data fill the form, or 0.
    """
    made = _open(db, desk, new, closed_id, by=by, now=now)
    events.add(
        db, EventTag.PARTNER_INVITED, f"partner_invitation:{made.id}", actor=by, at=now, role=made.role
    )
    return made


def _check_many(db: Database, desk: Desk, more: int, *, now: datetime) -> None:
    most = desk.policy.extranet.invitations_a_day
    if partner_invitation_store.count_since(db, now - DAY) + more > most:
        raise InvitationsRest(most=most)


def _open(
    db: Database, desk: Desk, new: NewInvitation, closed_id: int, *, by: str, now: datetime
) -> Invitation:
    until = desk.policy.calendar_of_desk.last_moment(now, desk.policy.extranet.invitation_days)
    made = partner_invitation_store.find(
        db, partner_invitation_store.add(db, new, by=by, now=now, until=until, closed_id=closed_id)
    )
    assert made is not None  # noqa: S101 - for the type checker
    mail(db, desk, made, now=now)
    return made


def mail(db: Database, desk: Desk, invited: Invitation, *, now: datetime) -> None:
    """A link to the form, in the caller's transaction; those of earlier mails keep working for their time."""
    until = desk.policy.calendar_of_desk.last_moment(now, desk.policy.extranet.invitation_days)
    partner_invitation_store.renew(db, invited.id, until=until)
    url = issue_link(db, desk, invited.ref, purpose=LINK, path="invite", until=until, now=now)
    queue_mail(
        db,
        desk,
        MAIL,
        Addressee(address=invited.email, lang=invited.lang, ref=invited.ref),
        key=f"{invited.ref}:invitation:{next_number(db, 'partner_invitation')}",
        words=partner_mails.invitation(
            invited, desk.policy, until=until, closed=accounts.find(db, invited.closed_id)
        ),
        now=now,
        secrets={"invite_url": f"{url}?lang={invited.lang}"},
    )


def still_invites(db: Database, words: Mapping[str, Any]) -> bool:
    """Whether the invitation of a queued mail is open still: not withdrawn, and nobody has registered."""
    invited = partner_invitation_store.find(db, invitation_id(words["about"]) or 0)
    return invited is not None and invited.ended_at is None


def find_waiting(db: Database, invited: Invitation) -> datetime | None:
    """Since when a mail of it has not gone yet; None where all are through."""
    waiting = outbox.list_waiting(db, f"{invited.ref}:", to=invited.email)
    return waiting[0].created_at if waiting else None


def replace_waiting(db: Database, desk: Desk, invited: Invitation, *, now: datetime) -> bool:
    """In the caller's transaction: what waits says what it is now; False where nothing waits."""
    waiting = outbox.list_waiting(db, f"{invited.ref}:", to=invited.email)
    since = (JobStatus.QUEUED, JobStatus.HELD)
    replaced = [job for job in waiting if held_notes.replace(db, job.id, since=since, now=now)]
    if replaced:
        mail(db, desk, invited, now=now)
    return bool(replaced)


def mail_again(db: Database, desk: Desk, invited: Invitation, *, by: str = BY_ANYBODY, now: datetime) -> bool:
    """In the caller's transaction; False where it is over, waits, or went a moment ago or often today.

    Who asks without the desk has a pace and no cap: a stranger would use up that of the staff.
    """
    if by == BY_ANYBODY:
        rests = link_rests(db, invited.ref, purpose=LINK, now=now)
    else:
        mailed = (EventTag.PARTNER_INVITED, EventTag.PARTNER_MAILED_AGAIN)
        made = [one for one in events.list_tagged(db, [invited.about], mailed) if one.actor != BY_ANYBODY]
        soon, many = (sum(one.at > now - span for one in made) for span in (MAILS_AGAIN_AFTER, MOST_WITHIN))
        rests = bool(soon) or many >= MOST_MAILS
    if invited.ended_at or rests or find_waiting(db, invited):
        return False
    if by != BY_ANYBODY:
        held_notes.end_lost(db, invited.ref, (MAIL,), MailEnd.ANEW, to=invited.email, by=by, now=now)
    mail(db, desk, invited, now=now)
    events.add(db, EventTag.PARTNER_MAILED_AGAIN, invited.about, actor=by, at=now)
    return True


def _known(desk: Desk) -> Known:
    roles = desk.policy.extranet.roles
    names = {
        compared(name): code for code, role in roles.items() for name in (code, role.title.en, role.title.de)
    }
    return Known(roles=names, lang="en", role=next(iter(roles)), ours=desk.own_addresses)


def look(
    db: Database,
    desk: Desk,
    reader: Reader,
    *,
    name: str,
    content: bytes,
    lang: str,
    role: str,
    now: datetime,
) -> Looked:
    """Look through a file and invite nobody; `lang` and `role` count where a row says none."""
    known = replace(_known(desk), lang=lang, role=role)
    reading = read_invitations(reader.read_workbooks(name, content, rows=MOST_ROWS + _ABOVE), known)
    looked = Looked(name=name, digest=_digest(content, lang, role), reading=reading)
    return _beside_known(db, looked, now=now)


def _digest(content: bytes, lang: str, role: str) -> str:
    """Of the file, and of what counts where its rows say nothing."""
    return hashlib.sha256(f"{lang} {role} {hashlib.sha256(content).hexdigest()}".encode()).hexdigest()


def _beside_known(db: Database, looked: Looked, *, now: datetime) -> Looked:
    emails = _emails(looked)
    there, invited = (
        partner_store.list_holders(db, emails),
        partner_invitation_store.list_open(db, emails, now=now),
    )

    def what(new: NewInvitation) -> InviteFault | None:
        if find_user_id(there.get(new.email, []), new):
            return InviteFault.THERE
        is_open = any(may_be_same(one, new) for one in invited.get(new.email, []))
        return InviteFault.INVITED if is_open else None

    return Looked(name=looked.name, digest=looked.digest, reading=without_known(looked.reading, what))


def _emails(looked: Looked) -> Collection[str]:
    return [row.invited.email for row in looked.reading.good]


def invite_all(
    db: Database,
    desk: Desk,
    reader: Reader,
    file: SharedFile,
    *,
    seen: str,
    lang: str,
    role: str,
    by: Staff,
    now: datetime,
) -> Looked:
    """Invite everybody of the file that was shown (`seen`: its digest), or nobody where a row is not fit.

    Raise NotStaff, AccountsOutside, UndoesClosing or InvitationsRest.
    """
    check_may_invite(desk, by=by)
    looked = look(db, desk, reader, name=file.name, content=file.content, lang=lang, role=role, now=now)
    if looked.digest != seen or not looked.reading.fit:
        return looked
    with transaction(db, locks=("partner_invitations",)):
        looked = _beside_known(db, looked, now=now)
        if not looked.reading.fit:
            return looked
        _check_many(db, desk, len(looked.reading.good), now=now)
        holders = partner_store.list_holders(db, _emails(looked))
        for row in looked.reading.good:
            _check_undoes(db, holders.get(row.invited.email, []), row.invited, by=by, now=now)
        made = [
            _open(db, desk, new, find_closed(holders.get(new.email, []), new), by=by.id, now=now)
            for new in (row.invited for row in looked.reading.good)
        ]
        _tell(db, looked, made, by=by, now=now)
    return Looked(name=looked.name, digest=looked.digest, reading=looked.reading, invited=True)


def _tell(db: Database, looked: Looked, made: list[Invitation], *, by: Staff, now: datetime) -> None:
    """Into the trail and the support channel: how many, and which file by its hash."""
    number, count = next_number(db, "partner_file"), len(made)
    events.add(
        db, EventTag.PARTNERS_INVITED, f"partner_file:{number}", actor=by.id, at=now,
        count=count, first=made[0].id, last=made[-1].id, file=looked.digest,
    )  # fmt: skip
    _note(db, f"partner_file:{number}", count, by=by.id, now=now)


def _note(db: Database, key: str, count: int, *, by: str, now: datetime) -> None:
    """Into the support channel: who has invited how many."""
    queue_note(db, NoteName.PARTNERS, key=key, values={"count": count, "by": by}, now=now)
