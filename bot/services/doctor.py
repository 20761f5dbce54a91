"""Try each setting and connection for real, and name the mend of each fault."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.errors import PermanentFailure, TransientFailure
from bot.domain.trust import Verdict, check_sender
from bot.ports import Chat, Mailbox, Mailer, Reader
from bot.services.desk import Desk
from bot.store import events, ledger

#: what the app has to be allowed; `slack-manifest.yaml` asks for them
SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "groups:history",
        "groups:read",
        "im:history",
        "usergroups:read",
        "users:read",
        "users:read.email",
    }
)
NEWEST = 5  #: mails whose sender verdict is looked at


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing looked at; `mend` says what to do when it is not well."""

    name: str
    well: bool
    sentence: str
    mend: str = ""


@dataclass(frozen=True, kw_only=True)
class Patient:
    """What is examined: the ways out and in, and what the settings name."""

    desk: Desk
    open_mailbox: Callable[[], Mailbox]
    open_mailer: Callable[[], Mailer]
    chat: Chat
    reader: Reader
    connect: Callable[[], AbstractContextManager[Database]]
    staff: tuple[str, ...]
    approvers: tuple[str, ...]
    delivery: str
    now: datetime
    clock_turned: bool


def examine(patient: Patient) -> list[Check]:
    """Look at everything; one part being ill keeps no other from being looked at."""
    found: list[Check] = []
    for name, look in LOOKS:
        try:
            found.extend(look(patient))
        except (TransientFailure, PermanentFailure) as exc:
            found.append(Check(name=name, well=False, sentence=str(exc), mend=MENDS[name]))
    return found


def _look_at_database(patient: Patient) -> Iterator[Check]:
    with patient.connect() as db:
        broken = events.first_broken(db)
        waiting = dict(ledger.count_by_status(db)).get("recorded", 0)
    yield Check(name="database", well=True, sentence=f"opens and is of this version; {waiting} mails wait")
    sentence = "whole" if broken is None else f"broken at event {broken}"
    mend = "somebody changed the database by hand: compare with your backups"
    yield Check(name="audit trail", well=broken is None, sentence=sentence, mend=mend)


def _look_at_policy(patient: Patient) -> Iterator[Check]:
    programme = patient.desk.policy.mag
    sentence = f"{programme.name}, sponsor {programme.sponsor}, {len(patient.desk.sponsors)} in SPONSORS"
    mend = "name who may submit a RIS in SPONSORS (addresses and domains)"
    yield Check(name="usher.toml", well=bool(patient.desk.sponsors), sentence=sentence, mend=mend)
    yield Check(
        name="delivery", well=True, sentence=f"{patient.delivery}{DELIVERY_SAYS.get(patient.delivery, '')}"
    )


def _look_at_clock(patient: Patient) -> Iterator[Check]:
    turned = ", turned for a rehearsal" if patient.clock_turned else ""
    sentence = f"{patient.now:%Y-%m-%d %H:%M} UTC{turned}"
    yield Check(name="clock", well=True, sentence=sentence)


def _look_at_mailbox(patient: Patient) -> Iterator[Check]:
    mailbox = patient.open_mailbox()
    try:
        mailbox.open()
        yield Check(name="mailbox", well=True, sentence="logs in, and the folder is there")
        idle = "IDLE" in mailbox.abilities()
        sentence = "announces new mail (IDLE)" if idle else "does not announce new mail; it is polled"
        yield Check(name="mailbox IDLE", well=True, sentence=sentence)
        yield _verdicts(patient, mailbox)
    finally:
        mailbox.close()


def _verdicts(patient: Patient, mailbox: Mailbox) -> Check:
    """Whether the newest mails carry a verdict of the server we trust: without one nobody is believed."""
    newest = list(mailbox.fetch(mailbox.uids_after(0)[-NEWEST:]))
    trusted = patient.desk.trusted_authserv_id
    judged = 0
    for fetched in newest:
        mail, _ = patient.reader.read_mail(fetched.raw)
        judged += check_sender(mail, trusted).verdict is not Verdict.NONE
    sentence = f"{judged} of the newest {len(newest)} mails carry a verdict of {trusted or 'nobody'}"
    mend = "set TRUSTED_AUTHSERV_ID to the first word of your server's Authentication-Results header"
    return Check(
        name="sender verdicts",
        well=bool(trusted) and (judged > 0 or not newest),
        sentence=sentence,
        mend=mend,
    )


def _look_at_mailer(patient: Patient) -> Iterator[Check]:
    mailer = patient.open_mailer()
    try:
        yield Check(name="mail out", well=True, sentence=f"{mailer.check()} takes our log-in")
    finally:
        mailer.close()


def _look_at_slack(patient: Patient) -> Iterator[Check]:
    chat = patient.chat
    yield Check(name="slack", well=True, sentence=f"knows us as {chat.check()}")
    missing = sorted(SCOPES - chat.scopes())
    sentence = f"lacks {', '.join(missing)}" if missing else "all there"
    mend = "paste slack-manifest.yaml into the app's page and install the app anew"
    yield Check(name="slack scopes", well=not missing, sentence=sentence, mend=mend)
    for setting, channel in (
        ("SLACK_APPROVALS_CHANNEL", patient.desk.approvals_channel),
        ("SLACK_SUPPORT_CHANNEL", patient.desk.support_channel),
    ):
        yield _channel(chat, setting, channel)
    for setting, names in (("SLACK_STAFF", patient.staff), ("SLACK_APPROVERS", patient.approvers)):
        yield _people(chat, setting, names)


def _channel(chat: Chat, setting: str, channel: str) -> Check:
    try:
        joined = chat.joined(channel)
    except PermanentFailure as exc:
        return Check(name=setting, well=False, sentence=str(exc), mend=f"give the channel's id in {setting}")
    sentence = f"the bot is {'' if joined else 'not '}in {channel}"
    return Check(name=setting, well=joined, sentence=sentence, mend="type /invite @Usher in that channel")


def _people(chat: Chat, setting: str, names: tuple[str, ...]) -> Check:
    """Everybody named has to be found, and to be a full member: others would be refused without a word."""
    unknown = [name for name in names if not chat.resolve([name])]
    weak = [person for person in sorted(chat.resolve(names)) if not chat.member(person).full]
    problems = [f"{name} is not found" for name in unknown] + [
        f"{person} is no full member" for person in weak
    ]
    sentence = "; ".join(problems) or f"{len(chat.resolve(names))} full members"
    mend = f"mend {setting}: ids, e-mail addresses or user groups of full members"
    return Check(name=setting, well=not problems, sentence=sentence, mend=mend)


DELIVERY_SAYS = {"hold": ": every mail waits in Slack for release", "live": ": mails go out by themselves"}
LOOKS: tuple[tuple[str, Callable[[Patient], Iterator[Check]]], ...] = (
    ("usher.toml", _look_at_policy),
    ("clock", _look_at_clock),
    ("database", _look_at_database),
    ("mailbox", _look_at_mailbox),
    ("mail out", _look_at_mailer),
    ("slack", _look_at_slack),
)
MENDS = {
    "usher.toml": "see the comments in the shipped usher.toml",
    "clock": "unset USHER_CLOCK",
    "database": "see DATABASE_URL",
    "mailbox": "check IMAP_HOST, IMAP_PORT, IMAP_TLS, IMAP_USER, IMAP_PASSWORD and IMAP_FOLDER",
    "mail out": "check SMTP_HOST, SMTP_PORT, SMTP_TLS, SMTP_USER and SMTP_PASSWORD",
    "slack": "check SLACK_BOT_TOKEN and SLACK_API_URL",
}
