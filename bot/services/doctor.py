"""Try each setting and connection for real, and name the mend of each fault."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path

from sqlite_utils import Database

from bot.domain.approvals import act_of
from bot.domain.errors import PermanentFailure, SettingsFault, TransientFailure
from bot.domain.health import Check
from bot.domain.ledger import MailStatus
from bot.domain.provisioning import Way
from bot.ports import Chat, Mailbox, Mailer, Provisioner, Reader, Texter, Tokens
from bot.rendering.mail_templates import list_left_out
from bot.rendering.mails import list_lost_rules
from bot.rendering.samples import template_faults
from bot.services import sealed, supply_checks, terms, verdict_checks
from bot.services.desk import Desk
from bot.services.groups import list_groups
from bot.services.staff import StaffList
from bot.store import (
    authenticators,
    database,
    events,
    holds,
    ledger,
    migrations,
)

#: what the app has to be allowed; `slack-manifest.yaml` asks for them
SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "usergroups:read",
        "users:read",
        "users:read.email",
    }
)
NARROW = 7  #: bits of a network that is somebody's own: 10.0.0.0/8, fc00::/7
AGREEING = 2  #: have to approve what is large


@dataclass(frozen=True, kw_only=True)
class Patient:
    """What is examined: the ways out and in, and what the settings name."""

    desk: Desk
    open_mailbox: Callable[[], Mailbox]
    open_mailer: Callable[[], Mailer]
    open_provisioners: Callable[[], Mapping[Way, Provisioner]]
    tokens: Tokens | None  #: None where the mail servers take passwords
    texter: Texter | None  #: None where no gateway is set
    chat: Chat
    reader: Reader
    database: Path
    staff: tuple[str, ...]
    approvers: tuple[str, ...]
    groups: StaffList  #: who decides what
    app_token: str  #: "" when Slack calls the portal
    proxies: tuple[str, ...]  #: whose forwarded headers are believed
    shows_certificates: bool  #: a proxy says which certificate a visitor has shown
    delivery: str
    misspelt: tuple[tuple[str, str], ...]  #: names that are no setting, and what was meant
    policy_file: Path | None  #: None where the shipped one is read
    now: datetime
    clock_turned: bool


Look = Callable[[Patient], Iterator[Check]]


def examine(patient: Patient) -> Iterator[Check]:
    """Look at everything; one part being ill keeps no other from being looked at."""
    for name, look in LOOKS:
        for check in _look(name, look, patient):
            yield replace(check, mend="") if check.well else check


def _look(name: str, look: Look, patient: Patient) -> Iterator[Check]:
    try:
        yield from look(patient)
    except (TransientFailure, PermanentFailure) as exc:
        yield Check(name=name, well=False, sentence=exc.reason, mend=exc.mend or MENDS[name])


def _look_at_database(patient: Patient) -> Iterator[Check]:
    path = patient.database
    if not path.exists() or not path.stat().st_size:
        there = path.parent.is_dir()
        mend = f"make the folder {path.parent}, or name another file in DATABASE_URL"
        yield Check(
            name="database",
            well=there,
            sentence=_none_yet(path) if there else f"there is no folder {path.parent}",
            mend=mend,
        )
        return
    if trouble := database.find_trouble(path):
        # The machine's troubles say their mend; a restore would undo what came since the backup.
        cause, _, mend = trouble.partition(": ")
        is_another = cause == database.UNREADABLE
        sentence, mend = (trouble, MENDS["database"]) if is_another else (cause, mend)
        yield Check(name="database", well=False, sentence=sentence, mend=mend)
        return
    try:
        with database.look_into(path) as db:
            yield from _look_into_database(db, patient)
    except database.OPEN_ERRORS as exc:
        yield Check(name="database", well=False, sentence=f"{path}: {exc}", mend=MENDS["database"])
    except SettingsFault as fault:
        yield Check(name="database", well=False, sentence="; ".join(fault.faults), mend=MENDS["database"])


def _none_yet(path: Path) -> str:
    return f"there is no database in {path} yet; the first `usher run` makes it"


def _look_into_database(db: Database, patient: Patient) -> Iterator[Check]:
    migrations.check_ours(db)
    if migrations.list_pending(db):
        older = "is of an older version; the next start of the service brings it up to date"
        sentence = older if migrations.is_ours(db) else _none_yet(patient.database)
        yield Check(name="database", well=True, sentence=sentence)
        return
    waiting = dict(ledger.count_by_status(db)).get(MailStatus.RECORDED, 0)
    yield Check(name="database", well=True, sentence=f"opens and is of this version; {waiting} mails wait")
    if (since := holds.find(db)) is not None:
        yield Check(
            name="restore",
            well=False,
            sentence=f"holds every mail since {since:%Y-%m-%d %H:%M} UTC, whatever DELIVERY says",
            mend="drop what went out after the backup (`usher jobs list`), make License Keys void that were "
            "mailed since (`/usher keys KEY`), then `usher jobs release --all --keys-checked`",
        )
    broken = events.find_first_broken(db)
    sentence = "whole" if broken is None else f"broken at event {broken}"
    mend = "somebody changed the database by hand: compare with your backups"
    yield Check(name="audit trail", well=broken is None, sentence=sentence, mend=mend)
    yield sealed.examine(db, patient.desk.keyring)
    yield from supply_checks.look(db, patient.desk, now=patient.now)
    yield from supply_checks.look_for_certificates(db, by_proxy=patient.shows_certificates)
    faults = terms.find_faults(db, patient.desk, live=patient.delivery == "live")
    sentence = "; ".join(faults) or f"texts for {len(patient.desk.terms)} applications"
    mend = "put the texts that count into `terms` in TEMPLATES_DIR, a changed one under a new version"
    yield Check(name="terms", well=not faults, sentence=sentence, mend=mend)


def _look_at_settings(patient: Patient) -> Iterator[Check]:
    wrong = [f"{name} is no setting ({meant}?)" for name, meant in patient.misspelt]
    sentence = "; ".join(wrong) or "all there and well-formed"
    mend = "mend the name, in .env or in the environment: what it was to set has its default now"
    yield Check(name="settings", well=not wrong, sentence=sentence, mend=mend)
    wide = [one for one in patient.proxies if ip_network(one, strict=False).prefixlen < NARROW]
    if wide:
        sentence = f"{', '.join(wide)}: whoever asks may claim any address, and any client certificate"
        mend = "name the proxies that stand in front, such as 127.0.0.1 or 10.0.0.0/8"
        yield Check(name="TRUSTED_PROXIES", well=False, sentence=sentence, mend=mend)


def _look_at_policy(patient: Patient) -> Iterator[Check]:
    programme = patient.desk.policy.mag
    read = patient.policy_file or "the shipped one, as USHER_CONFIG is not set"
    sentence = (
        f"{programme.name}, sponsor {programme.sponsor}, {len(patient.desk.sponsors)} in SPONSORS; {read}"
    )
    mend = "name who may submit a RIS in SPONSORS (addresses and domains)"
    yield Check(name="usher.toml", well=bool(patient.desk.sponsors), sentence=sentence, mend=mend)
    says = DELIVERY_SAYS.get(patient.delivery, "")
    yield Check(name="delivery", well=True, sentence=f"{patient.delivery}{says}")
    folder = patient.desk.templates_dir
    if folder:
        faults = [*template_faults(folder), *list_left_out(folder), *list_lost_rules(folder)]
        sentence = "; ".join(faults) or f"the wording in {folder} holds"
        mend = (
            "mend these files, or take them away: the shipped ones stand in; a part that you say in words of "
        )
        mend += "of your own is named in a comment, such as {# _struck.en.md #}"
        yield Check(name="wording", well=not faults, sentence=sentence, mend=mend)


def _look_at_clock(patient: Patient) -> Iterator[Check]:
    turned = ", turned for a rehearsal" if patient.clock_turned else ""
    sentence = f"{patient.now:%Y-%m-%d %H:%M} UTC{turned}"
    yield Check(name="clock", well=True, sentence=sentence)


def _look_at_tokens(patient: Patient) -> Iterator[Check]:
    if patient.tokens is not None:
        yield Check(name="mail tokens", well=True, sentence=patient.tokens.check())


def _look_at_mailbox(patient: Patient) -> Iterator[Check]:
    mailbox = patient.open_mailbox()
    try:
        mailbox.open()
        yield Check(name="mailbox", well=True, sentence="logs in, and the folder is there")
        idle = "IDLE" in mailbox.abilities()
        sentence = "announces new mail (IDLE)" if idle else "does not announce new mail; it is polled"
        yield Check(name="mailbox IDLE", well=True, sentence=sentence)
        yield verdict_checks.look(mailbox, patient.desk, patient.reader, patient.database)
    finally:
        mailbox.close()


def _look_at_mailer(patient: Patient) -> Iterator[Check]:
    mailer = patient.open_mailer()
    try:
        yield Check(name="mail out", well=True, sentence=f"{mailer.check()} lets us in")
    finally:
        mailer.close()


def _look_at_texts(patient: Patient) -> Iterator[Check]:
    if patient.texter is not None:
        yield Check(name="texts", well=True, sentence=f"{patient.texter.check()} can be reached")
    elif patient.desk.policy.mag.keeps_accounts:
        sentence = "there is no SMS_URL: nobody can sign in by phone"
        yield Check(name="texts", well=patient.delivery == "hold", sentence=sentence, mend=MENDS["texts"])


def _look_at_provisioning(patient: Patient) -> Iterator[Check]:
    for way, provisioner in patient.open_provisioners().items():
        try:
            yield _provisioner(f"provisioning by {way}", provisioner)
        finally:
            provisioner.close()


def _provisioner(name: str, provisioner: Provisioner) -> Check:
    """One that is ill keeps the other from nothing."""
    try:
        return Check(name=name, well=True, sentence=provisioner.check())
    except (TransientFailure, PermanentFailure) as exc:
        return Check(name=name, well=False, sentence=exc.reason, mend=exc.mend or MENDS["provisioning"])


def _look_at_slack(patient: Patient) -> Iterator[Check]:
    yield Check(name="slack", well=True, sentence=f"knows us as {patient.chat.check()}")
    for name, look in SLACK_LOOKS:
        yield from _look(name, look, patient)


def _look_at_scopes(patient: Patient) -> Iterator[Check]:
    missing = sorted(SCOPES - patient.chat.scopes())
    sentence = f"the bot token lacks {', '.join(missing)}" if missing else "all there"
    yield Check(name="slack scopes", well=not missing, sentence=sentence, mend=MENDS["slack scopes"])


def _look_at_line(patient: Patient) -> Iterator[Check]:
    if patient.app_token:
        patient.chat.check_line(patient.app_token)
        sentence = "Slack takes the app token: Socket Mode"
    else:
        sentence = f"none: Slack has to reach {patient.desk.portal_url}/slack/events"
    yield Check(name="SLACK_APP_TOKEN", well=True, sentence=sentence)


def _look_at_approvals_channel(patient: Patient) -> Iterator[Check]:
    yield _channel(patient.chat, "SLACK_APPROVALS_CHANNEL", patient.desk.approvals_channel)


def _look_at_support_channel(patient: Patient) -> Iterator[Check]:
    yield _channel(patient.chat, "SLACK_SUPPORT_CHANNEL", patient.desk.support_channel)


def _look_at_staff(patient: Patient) -> Iterator[Check]:
    yield _people(patient.chat, "SLACK_STAFF", patient.staff)


def _look_at_approvers(patient: Patient) -> Iterator[Check]:
    yield _people(patient.chat, "SLACK_APPROVERS", patient.approvers)


def _look_at_groups(patient: Patient) -> Iterator[Check]:
    """A case that nobody can decide waits for ever."""
    found = list_groups(patient.groups, patient.desk.policy.approvals.rules)
    faults = "; ".join(group.sentence for group in found if group.sentence)
    sentence = faults or "each group has enough people who can act"
    yield Check(name="approvals", well=not faults, sentence=sentence, mend=MENDS["approvals"])


def _look_at_step_up(patient: Patient) -> Iterator[Check]:
    """Ill when what asks for a code is stuck: fewer have an authenticator than have to agree."""
    asked = patient.desk.policy.approvals.rules.step_up
    enrolled = _list_enrolled(patient.database)
    if not asked or enrolled is None:
        sentence = "is set up in Slack after the first start" if asked else "no act asks for a code"
        yield Check(name="step-up", well=True, sentence=sentence)
        return
    groups = patient.desk.policy.approvals.groups
    named = {name for grave in asked for name in getattr(groups, act_of(grave)) or patient.approvers}
    deciders = patient.chat.resolve(sorted(named))
    lacking = [patient.chat.member(person) for person in sorted(deciders - enrolled)]
    sentence = f"{len(deciders & enrolled)} of {len(deciders)} who decide have an authenticator"
    if lacking:
        sentence += f"; to type /usher enroll: {', '.join(one.name or one.id for one in lacking)}"
    if len(patient.chat.resolve(groups.override or patient.approvers)) <= AGREEING:
        sentence += "; a lost one of those who may override could not be reset: name a third of them"
    enough = len(deciders & enrolled) >= min(AGREEING, len(deciders))
    mend = "each of them types /usher enroll in Slack; until then nothing that asks for a code is approved"
    yield Check(name="step-up", well=enough, sentence=sentence, mend=mend)


def _list_enrolled(path: Path) -> frozenset[str] | None:
    """Who has an authenticator; None where the database is not there yet, or cannot say."""
    if not path.exists():
        return None
    try:
        with database.look_into(path) as db:
            return None if migrations.list_pending(db) else authenticators.list_confirmed(db)
    except database.OPEN_ERRORS:  # told by the look at the database
        return None


def _channel(chat: Chat, setting: str, channel: str) -> Check:
    joined = chat.joined(channel)
    sentence = f"the bot is {'' if joined else 'not '}in {channel}"
    return Check(name=setting, well=joined, sentence=sentence, mend="type /invite @Usher in that channel")


def _people(chat: Chat, setting: str, names: tuple[str, ...]) -> Check:
    """Everybody named has to be found, and to be a full member: others would be refused without a word."""
    found = {name: chat.resolve([name]) for name in names}
    people = sorted(frozenset().union(*found.values()))
    weak = [person for person in people if not chat.member(person).full]
    problems = [f"{name} is not found" for name, ids in found.items() if not ids]
    problems += [f"{person} is no full member" for person in weak]
    sentence = "; ".join(problems) or f"{len(people)} full member{'' if len(people) == 1 else 's'}"
    mend = f"mend {setting}: ids, e-mail addresses or user groups of full members"
    return Check(name=setting, well=not problems, sentence=sentence, mend=mend)


DELIVERY_SAYS = {"hold": ": every mail waits in Slack for release", "live": ": mails go out by themselves"}
LOOKS: tuple[tuple[str, Look], ...] = (
    ("settings", _look_at_settings),
    ("usher.toml", _look_at_policy),
    ("clock", _look_at_clock),
    ("database", _look_at_database),
    ("mail tokens", _look_at_tokens),
    ("mailbox", _look_at_mailbox),
    ("mail out", _look_at_mailer),
    ("texts", _look_at_texts),
    ("provisioning", _look_at_provisioning),
    ("slack", _look_at_slack),
)
#: asked only of a Slack that knows us
SLACK_LOOKS: tuple[tuple[str, Look], ...] = (
    ("slack scopes", _look_at_scopes),
    ("SLACK_APP_TOKEN", _look_at_line),
    ("SLACK_APPROVALS_CHANNEL", _look_at_approvals_channel),
    ("SLACK_SUPPORT_CHANNEL", _look_at_support_channel),
    ("SLACK_STAFF", _look_at_staff),
    ("SLACK_APPROVERS", _look_at_approvers),
    ("approvals", _look_at_groups),
    ("step-up", _look_at_step_up),
)
_SCOPES_MEND = "paste slack-manifest.yaml into the app's page, and install the app anew"
_PEOPLE_MEND = f"if a scope is lacking: {_SCOPES_MEND}"
_CHANNEL_MEND = "give the channel's id (channel name > About) and type /invite @Usher in it"
MENDS = {
    "database": "name Usher's own database in DATABASE_URL, or restore a backup",
    "mail tokens": "check OAUTH_TOKEN_URL, and HTTPS_PROXY and CA_BUNDLE where there are any",
    "mailbox": "check IMAP_HOST, IMAP_PORT, IMAP_TLS, IMAP_USER, IMAP_PASSWORD and IMAP_FOLDER",
    "mail out": "check SMTP_HOST, SMTP_PORT, SMTP_TLS, SMTP_USER and SMTP_PASSWORD",
    "texts": "set SMS_URL and SMS_TOKEN to those of a gateway that sends texts",
    "provisioning": "check [provisioning] of usher.toml and the settings of that way",
    "slack": "check SLACK_BOT_TOKEN, SLACK_API_URL, and HTTPS_PROXY where there is one",
    "slack scopes": _SCOPES_MEND,
    "SLACK_APP_TOKEN": "make an app-level token with connections:write on 'Basic Information'",
    "SLACK_APPROVALS_CHANNEL": _CHANNEL_MEND,
    "SLACK_SUPPORT_CHANNEL": _CHANNEL_MEND,
    "SLACK_STAFF": _PEOPLE_MEND,
    "SLACK_APPROVERS": _PEOPLE_MEND,
    "approvals": "name full members in SLACK_APPROVERS, or in [approvals.groups] and escalate_to",
    "step-up": _PEOPLE_MEND,
}
