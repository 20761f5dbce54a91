"""Tell whom lost phones concern: the owner on every channel, administrators by mail, the desk by a card."""

from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.cooling import CoolingNotice
from bot.domain.note_names import NoteName
from bot.domain.notices import hours_reached
from bot.domain.outbox import Job
from bot.domain.phone_resets import PhoneReset, ResetState, actor
from bot.rendering import phone_reset_mails
from bot.services import cooling
from bot.services.account_mails import mail_owner
from bot.services.desk import Desk
from bot.services.phone_reset_eyes import find_eyes
from bot.services.queueing import issue_link, queue_note, queue_notice, refresh_note
from bot.store import accounts, credentials, outbox, phone_resets

STOP = "phone_reset"  #: the purpose of the link that stops one; its subject is "R-<number>"
MAILS = ("phone_reset", "app_reset")  #: partners have an app in the place of phones, and a mail of their own
TEXT_LASTS = timedelta(days=1)  #: for which a text that the phones are gone is still news
STOPPABLE = frozenset({ResetState.ASKED, ResetState.COOLING})  #: what is told with a link to stop it
TEXTED = frozenset({ResetState.COOLING, ResetState.DONE})  #: what goes to the phones too


def tell_owner(db: Database, desk: Desk, account: Account, reset: PhoneReset, *, now: datetime) -> None:
    """What became of it, in the caller's transaction and while the phones are still there."""
    by_desk = not find_eyes(db, account, reset)
    mail_owner(
        db,
        desk,
        account,
        _mail_to(account),
        words=lambda customer: phone_reset_mails.phone_reset(
            account, customer, desk.policy, reset, at=now, by_desk=by_desk
        ),
        now=now,
        secrets=_stop_link(db, desk, reset, now=now),
        once=_once(reset),
    )
    if reset.state in TEXTED:
        for phone in credentials.get(db, account.id).verified:
            key = f"{account.ref}:{reset.ref}:{reset.state}:{phone.id}"
            _text(db, desk, account, reset, phone.number, key=key, now=now)


def _text(
    db: Database, desk: Desk, account: Account, reset: PhoneReset, number: str, *, key: str, now: datetime
) -> None:
    queue_notice(
        db,
        desk,
        f"phone_reset_{reset.state}",
        key=key,
        to=number,
        lang=account.lang,
        until=reset.due_at if reset.due_at and reset.is_open else now + TEXT_LASTS,
        now=now,
        words=phone_reset_mails.text_words(account, desk.policy, reset),
        secrets=_stop_link(db, desk, reset, now=now),
    )


def _stop_link(db: Database, desk: Desk, reset: PhoneReset, *, now: datetime) -> dict[str, str]:
    """One for each channel; it works for as long as there is anything to stop."""
    if reset.state not in STOPPABLE:
        return {}
    until = (reset.due_at or reset.lapses_at) + timedelta(days=30)
    url = issue_link(db, desk, reset.ref, purpose=STOP, path="phone-reset", until=until, now=now)
    return {"stop_url": url}


def find_notice(db: Database, account: Account, reset: PhoneReset) -> CoolingNotice | None:
    """How far the mail about the cooling time is; None before that."""
    once = f"{reset.id}:{ResetState.COOLING}"
    return cooling.find_notice(db, f"{account.ref}:{_mail_to(account)}:{once}")


def _mail_to(account: Account) -> str:
    return MAILS[account.is_partner]


def _once(reset: PhoneReset) -> str:
    return f"{reset.id}:{reset.state}"


def call_administrators(
    db: Database, desk: Desk, account: Account, reset: PhoneReset, eyes: list[Account], *, now: datetime
) -> None:
    """Ask those who may agree still, each by mail."""
    people = {actor(one): one.name for one in accounts.list_of_organisation(db, account.organisation)}
    name = next((people[one.by] for one in reset.given if one.by in people), "")
    for eye in eyes:
        mail_owner(
            db,
            desk,
            eye,
            "phone_reset_wished",
            words=lambda customer, eye=eye: phone_reset_mails.phone_reset_wished(  # type: ignore[misc]
                account,
                eye,
                customer,
                desk.policy,
                first=name,
                users_url=desk.page_url(f"users/{account.id}", lang=eye.lang),
            ),
            now=now,
            once=f"{reset.id}:{len(reset.given)}",
        )


def call_desk(db: Database, reset: PhoneReset, *, now: datetime) -> bool:
    """A card with its buttons, once; False where it stands."""
    key = f"card:{reset.ref}"
    return queue_note(db, NoteName.PHONE_RESET, key=key, values={"reset_id": reset.id}, now=now, stream=key)


def asked_since(db: Database, reset: PhoneReset) -> datetime | None:
    """Since when the desk is asked for the yes that lacks now; None where it was not asked."""
    card = outbox.find_by_key(db, f"card:{reset.ref}")
    return max(card.created_at, reset.since) if card else None


def remind_desk(db: Database, desk: Desk, reset: PhoneReset, *, now: datetime) -> None:
    """Below the card, in working hours only, and once for each yes that it waits for."""
    calendar, after = desk.policy.calendar_of_desk, desk.policy.approvals.remind_after_hours
    since, card = asked_since(db, reset), f"card:{reset.ref}"
    if since is None or not calendar.is_working(now):
        return
    if hours_reached(calendar, since, (after,), now=now):
        key, values = f"{card}:reminder:{reset.state}", {"reset_id": reset.id, "state": reset.state}
        queue_note(
            db, NoteName.PHONE_RESET_WAITS, key=key, values=values | {"after": after}, now=now,
            thread_key=card,
        )  # fmt: skip


def refresh_card(db: Database, reset: PhoneReset, *, now: datetime) -> None:
    """Let the card say what is true now, where there is one."""
    refresh_note(db, NoteName.PHONE_RESET, key=f"card:{reset.ref}", values={"reset_id": reset.id}, now=now)


def follow_mail(db: Database, job: Job, *, now: datetime) -> None:
    """Let the card say how far the mail about the cooling time is, in the caller's transaction."""
    if job.template not in MAILS or not job.key.endswith(f":{ResetState.COOLING}"):
        return
    reset = phone_resets.find(db, int(job.key.split(":")[2]))
    if reset is not None:
        refresh_card(db, reset, now=now)
