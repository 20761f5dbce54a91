"""Settings become a running bot: the adapters, the clock, the connections; the only place that picks them."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Condition
from typing import TYPE_CHECKING

from sqlite_utils import Database

from bot import policy as policies
from bot.clock import Clock, RealClock, TurnableClock
from bot.domain.delivery import Delivery
from bot.domain.errors import PassingFault, SettingsFault
from bot.domain.faq_opinions import Taught
from bot.domain.health import Health
from bot.domain.keyring import Keyring
from bot.domain.mail import Address
from bot.domain.provisioning import Way
from bot.domain.staff import Act, Staff
from bot.ports import Chat, Mailbox, Mailer, Marker, Provisioner, Reader, Texter, Tokens
from bot.rendering import terms
from bot.services import absences, mark_keys, masking, sealed, upkeep
from bot.services.desk import Desk
from bot.services.staff import StaffList
from bot.settings import ReadingSettings, Settings
from bot.store import database, migrations, workers
from bot.store.connections import Connections

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from bot.faq.learned import Learned


class Bell:
    """Wakes the workers when something was committed; a wait that missed it sees it at the next poll."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._rung = 0

    def ring(self) -> None:
        with self._condition:
            self._rung += 1
            self._condition.notify_all()

    def wait(self, seen: int, seconds: float) -> int:
        """Wait until it has rung since `seen`, or for so long; return the count to pass next time."""
        with self._condition:
            self._condition.wait_for(lambda: self._rung != seen, seconds)
            return self._rung


@dataclass(frozen=True, kw_only=True)
class Bot:
    """Everything a door needs; handed to each door's `build`."""

    settings: Settings
    connections: Connections
    desk: Desk
    clock: Clock
    health: Health
    bell: Bell
    random: Random  #: jitter only; secrets come from `desk.new_token`
    open_mailbox: Callable[[], Mailbox]
    open_mailer: Callable[[], Mailer]
    open_provisioners: Callable[[], Mapping[Way, Provisioner]]  #: those that `[provisioning]` chooses
    texter: Texter
    chat: Chat
    slack_client: "WebClient"
    reader: Reader
    marker: Marker
    staff: StaffList
    tokens: Tokens | None = None  #: None where the mail servers take passwords

    @contextmanager
    def connect(self) -> Iterator[Database]:
        """A database connection for one handled event, in this thread."""
        with self.connections.take() as db:
            before = db.conn.total_changes
            try:
                yield db
            finally:
                if db.conn.total_changes != before:
                    self.bell.ring()

    def who(self, user_id: str) -> Staff:
        """Who acts, with their rights of this moment and those of colleagues who left them theirs."""
        with self.connect() as db:
            away = absences.list_stood_for(db, user_id, now=self.clock.now())
        return self.staff.who(user_id, away=away)

    def look_at_database(self) -> bool:
        """Look whether the database is there and of this version, and note it among the parts."""
        fault = self._fault_of_database()
        sentence = fault or "there, and of this version"
        self.health.report("database", sentence, well=not fault, now=self.clock.now())
        return not fault

    def look_at_secrets(self) -> bool:
        """Look whether SECRET_KEY opens what is sealed, and note it among the parts."""
        with self.connect() as db:
            found = sealed.watch(db, self.desk.keyring)
        sentence = found.sentence if found.well else f"{found.sentence}; {found.mend}"
        self.health.report(found.name, sentence, well=found.well, now=self.clock.now(), needs_person=True)
        return found.well

    def _fault_of_database(self) -> str:
        # Connecting would make an empty file where none is.
        if not self.settings.database_path.exists():
            return "the file is gone; restore a backup"
        if trouble := upkeep.find_trouble(self.settings.database_path):
            return trouble
        with self.connect() as db:
            pending = upkeep.list_pending_migrations(db)
        return f"is of an older version (lacks {pending[0]}); restart Usher" if pending else ""


def make_desk(settings: Settings) -> Desk:
    """What the use cases know, from settings and policy."""
    from bot.adapters.argon import Argon2Hasher  # noqa: PLC0415 - heavy parts are imported when needed
    from bot.adapters.codes import TotpCodes  # noqa: PLC0415

    only = settings.delivery_only
    policy = policies.load(settings.usher_config, support_address=settings.support_address)
    groups = _groups(settings, policy)
    return Desk(
        policy=policy,
        keyring=Keyring(settings.secret_keys()),
        codes=TotpCodes(),
        hasher=Argon2Hasher(),
        delivery=Delivery(live=settings.live, only=frozenset(only) if only is not None else None),
        mail_from=Address(name=policy.desk.name, address=settings.mail_from.lower()),
        own_addresses=settings.own_addresses | _senders(policy),
        sponsors=settings.sponsors,
        trusted_authserv_id=settings.trusted_authserv_id,
        portal_url=settings.portal_url,
        approvals_channel=settings.slack_approvals_channel,
        support_channel=settings.slack_support_channel,
        groups=groups,
        staff=(
            *settings.slack_staff,
            *(name for names in groups.values() for name in names),
            *policy.approvals.escalate_to,
        ),
        templates_dir=settings.templates_dir,
        terms=terms.load(policy.mag.applications, settings.templates_dir),
        new_token=lambda: secrets.token_urlsafe(32),
    )


def _groups(settings: Settings, policy: policies.Policy) -> Mapping[Act, tuple[str, ...]]:
    """Who decides what; a group that the policy leaves empty is that of the settings."""
    return {act: getattr(policy.approvals.groups, act) or settings.slack_approvers for act in Act}


def _senders(policy: policies.Policy) -> frozenset[str]:
    """Addresses from which mails go out, besides those of the settings."""
    return frozenset({policy.extranet.sender_address.lower()} - {""})


def make_staff(settings: Settings, policy: policies.Policy, chat: Chat) -> StaffList:
    """Who is staff, and who decides what."""
    return StaffList(
        chat,
        staff=settings.slack_staff,
        groups=_groups(settings, policy),
        escalate_to=policy.approvals.escalate_to,
    )


def make_clock(settings: Settings) -> Clock:
    """The real clock, or for a rehearsal one that starts elsewhere; never with live delivery."""
    start = settings.clock_start()
    if start is None:
        return RealClock()
    if settings.live:
        raise SettingsFault(
            "USHER_CLOCK: a turned clock would mail real people; unset it or leave DELIVERY=live"
        )
    return TurnableClock(start)


def check_database(settings: ReadingSettings, *, any_version: bool = False) -> None:
    """Refuse a database that is not there, not ours or of another version: only a start makes or changes one.

    A command that made an empty one would hide a wrong name, and from a newer version there is no way back.
    """
    path = settings.database_path
    if not path.exists():
        raise SettingsFault(
            f"DATABASE_URL: there is no {path}; name the right file (the first `usher run` makes it)"
        )
    try:
        with database.look_into(path) as db:
            migrations.check_ours(db)
            ours, pending = migrations.is_ours(db), migrations.list_pending(db)
    except database.OPEN_ERRORS as exc:
        raise _no_database(path, exc) from None
    if not ours:
        raise SettingsFault(
            f"DATABASE_URL: there is no database in {path}; name the right file (the first `usher run` makes "
            "one)"
        )
    if pending and not any_version:
        raise SettingsFault(
            f"DATABASE_URL: {path} is of an older version: make a backup, then start the service"
        )


def _no_database(path: Path, exc: Exception) -> SettingsFault:
    if path.is_file() and database.passes(exc):
        return PassingFault(f"{path}: {database.trouble(exc)}")
    return SettingsFault(f"DATABASE_URL: {path} cannot be used as a database: {exc}")


def make_chat(settings: Settings, clock: Clock) -> Chat:
    """Slack for a command that needs nothing else; it is not asked anything yet."""
    from bot.adapters.slack import SlackChat, build_client  # noqa: PLC0415 - heavy parts are imported when needed

    return SlackChat(build_client(settings), now=clock.now)


def open_database(settings: Settings) -> None:
    """Make sure that the database is there, ours, and of this version."""
    path = settings.database_path
    if not path.parent.is_dir():
        raise SettingsFault(
            f"DATABASE_URL: the folder {path.parent} does not exist; make it, or name another file"
        )
    try:
        with database.connect(path) as db:
            migrations.migrate(db)
    except database.OPEN_ERRORS as exc:
        raise _no_database(path, exc) from None


def connect(settings: Settings) -> AbstractContextManager[Database]:
    """A connection for a command that needs nothing else."""
    return database.connect(settings.database_path)


def find_taught(settings: ReadingSettings) -> "Learned":
    """The phrasings that staff have accepted, for a command that changes nothing; none without a database."""
    from bot.services import faq  # noqa: PLC0415 - the search is loaded when needed

    return faq.index(list_taught(settings))


def list_taught(settings: ReadingSettings) -> tuple[Taught, ...]:
    """The same, each as it was taught."""
    from bot.services import faq  # noqa: PLC0415 - the search is loaded when needed

    path = settings.database_path
    if not path.exists():
        return ()
    check_database(settings)
    with database.look_into(path) as db:
        return faq.list_taught(db)


def in_use(settings: Settings) -> AbstractContextManager[None]:
    """Keep a restore away from the database while a service works on it."""
    return database.in_use(settings.database_path)


def alive(settings: Settings, worker: str) -> AbstractContextManager[None]:
    """Keep others from taking what this worker claims for a dead one's."""
    return workers.alive(settings.database_path, worker)


@contextmanager
def make_reader(limits: policies.Limits) -> Iterator[Reader]:
    """A reader of strangers' files for a command, with its children."""
    reader, _ = _start_children(limits, apart=False)
    try:
        yield reader
    finally:
        reader.close()


def _start_children(limits: policies.Limits, *, apart: bool) -> tuple[Reader, Marker]:
    """The fork server and the mails' child are started here, before any thread is.

    `apart`: files that are uploaded, or marked, have children of their own from the first of them on, so that
    none of them holds up a mail that comes. They are two: the portal takes at most one at a time, so that no
    visitor keeps the other from a mail that goes. The reader's `close` ends all.
    """
    from bot.adapters.limited import LimitedPool  # noqa: PLC0415 - heavy parts are imported when needed
    from bot.adapters.mail_parsing import LimitedReader  # noqa: PLC0415
    from bot.adapters.marking import LimitedMarker  # noqa: PLC0415
    from bot.adapters.sheet_rules import Limits as SheetLimits  # noqa: PLC0415

    mails = LimitedPool()
    mails.start()
    files = LimitedPool(2) if apart else mails
    sheet_limits = SheetLimits(
        file_bytes=limits.form_bytes,
        unpacked_bytes=limits.form_unpacked_bytes,
        rows=limits.form_rows,
        workbooks=limits.forms_per_mail,
    )
    return LimitedReader(mails, sheet_limits, files=files), LimitedMarker(files, sheet_limits)


def build(settings: Settings, *, clock: Clock | None = None, prepare: bool = True) -> Bot:
    """Join everything; nothing is connected yet but the database, which is brought to this version.

    `prepare=False` leaves the database alone: whoever only looks must not change it.
    """
    from bot.adapters.imap import build_mailbox  # noqa: PLC0415 - heavy parts are imported when needed
    from bot.adapters.oauth import build_tokens  # noqa: PLC0415
    from bot.adapters.provisioners import build_opener  # noqa: PLC0415
    from bot.adapters.slack import SlackChat, build_client  # noqa: PLC0415
    from bot.adapters.sms import build_texter  # noqa: PLC0415
    from bot.adapters.smtp import build_mailer  # noqa: PLC0415
    from bot.adapters.tls import build_context  # noqa: PLC0415

    clock = clock or make_clock(settings)
    desk = make_desk(settings)
    context = build_context(settings.ca_bundle)
    open_provisioners = build_opener(settings, desk.policy.provisioning, context, now=clock.now)
    if prepare:
        open_database(settings)
        with connect(settings) as db:
            mark_keys.keep(db, desk.keyring)
            masking.learn_shapes(db, desk)
    tokens = build_tokens(settings, context)
    client = build_client(settings, context)
    reader, marker = _start_children(desk.policy.limits, apart=True)
    chat = SlackChat(client, now=clock.now)
    return Bot(
        settings=settings,
        connections=Connections(settings.database_path),
        desk=desk,
        clock=clock,
        health=Health(),
        bell=Bell(),
        random=Random(),  # noqa: S311 - jitter
        open_mailbox=lambda: build_mailbox(
            settings, max_bytes=desk.policy.limits.mail_bytes, context=context, tokens=tokens, now=clock.now
        ),
        open_mailer=lambda: build_mailer(settings, context, tokens),
        open_provisioners=open_provisioners,
        texter=build_texter(settings, context),
        chat=chat,
        slack_client=client,
        reader=reader,
        marker=marker,
        staff=make_staff(settings, desk.policy, chat),
        tokens=tokens,
    )
