"""The mailbox goes wrong in the middle of everything: each mail is a case once, and operators read why."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.imap import ImapMailbox
from bot.adapters.imap_line import with_password
from bot.adapters.tls import build_context
from bot.bootstrap import Bot
from bot.domain.outbox import LONGEST_REST
from bot.sandbox.world import DESK, World
from bot.services import upkeep
from bot.settings import Tls
from tests.stories.desk import Desk, running, until
from tests.stories.lines import Trunk
from tests.stories.orders import SPONSORS, send_order, trail_is_whole

pytestmark = pytest.mark.slow

DONE = "Usher/Done"
MANY = 10_000
OLD = f"old@{SPONSORS}"
SHORT = 0.6  #: seconds until a silent server is given up


@dataclass(frozen=True)
class Wired:
    """A desk whose line to the mailbox is in our hands."""

    desk: Desk
    trunk: Trunk

    def through(self) -> None:
        """An order from the form to the confirmation: whatever was, everything works again."""
        self.desk.well()
        order = send_order(self.desk)
        order.approve()
        order.confirmed()
        until(lambda: self.desk.world.mail.mails(DESK) == [])


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wired]:
    trunk = Trunk()

    def through_the_trunk(bot: Bot, world: World) -> Bot:
        trunk.leads_to = world.mail.imap_port
        settings = bot.settings

        def open_mailbox() -> ImapMailbox:
            return ImapMailbox(
                "127.0.0.1",
                trunk.port,
                tls=Tls.NONE,
                context=build_context(None),
                log_in=with_password(settings.imap_user, settings.imap_password.get_secret_value()),
                timeout=SHORT,
                now=bot.clock.now,
            )

        return replace(bot, open_mailbox=open_mailbox)

    folder = tmp_path_factory.mktemp("desk")
    with trunk.serving(), running(folder, fitted=through_the_trunk, sponsors=SPONSORS) as desk:
        send_order(desk).card()  # it has looked into its mailbox once
        yield Wired(desk, trunk)


@pytest.fixture(autouse=True)
def mended(wired: Wired) -> Iterator[None]:
    yield
    wired.trunk.mend()
    wired.desk.world.mail.faults.clear()
    wired.desk.world.mail.start_imap()


def test_a_killed_server_is_said_and_what_came_meanwhile_is_taken_in_once_it_is_back(wired: Wired) -> None:
    desk = wired.desk
    desk.world.mail.stop_imap()
    order = send_order(desk)

    desk.unwell("mailbox", "the mailbox at 127.0.0.1", "broke off the greeting")
    assert desk.cards(order.company) == []
    desk.world.mail.start_imap()

    order.approve()
    order.confirmed()
    wired.through()


@pytest.mark.parametrize(
    ("stage", "sentence"),
    [
        (b"", "cannot be reached: no answer in time"),
        (b"AUTHENTICATE", "broke off the log-in"),
        (b"SELECT", "was lost while opening the folder: no answer in time"),
        (b"SEARCH", "was lost while looking for mails: no answer in time"),
        (b"FETCH", "was lost while listing mails: no answer in time"),
        (b"IDLE", "was lost while waiting for mail: no answer in time"),
    ],
)
def test_a_server_that_falls_silent_is_given_up_and_said(wired: Wired, stage: bytes, sentence: str) -> None:
    desk, trunk = wired.desk, wired.trunk
    if stage:
        trunk.silent_when_told = stage
    else:
        trunk.silent_after = b""
    trunk.cut()
    order = send_order(desk)

    desk.unwell("mailbox", sentence)
    trunk.mend()

    order.approve()
    order.confirmed()
    desk.well()


def test_a_server_that_falls_silent_within_a_mail_has_given_none(wired: Wired) -> None:
    desk, trunk = wired.desk, wired.trunk
    trunk.silent_after = b"Content-Disposition: attachment"
    trunk.cut()
    order = send_order(desk)

    desk.unwell("mailbox", ": no answer in time")
    assert desk.cards(order.company) == []
    trunk.mend()

    order.approve()
    order.confirmed()


def test_mails_are_found_although_the_server_announces_nothing(wired: Wired) -> None:
    """IDLE only wakes: without it the next look, or the next reason to look, finds them."""
    desk = wired.desk
    desk.world.mail.faults.imap.silent_idle = True
    wired.trunk.cut()
    desk.well()
    order = send_order(desk)
    wired.trunk.cut()

    order.approve()
    order.confirmed()


def test_a_slow_server_costs_time_only(wired: Wired) -> None:
    wired.desk.world.mail.faults.imap.delay = SHORT / 3
    wired.trunk.cut()

    wired.through()


def test_answers_in_single_bytes_are_put_together(wired: Wired) -> None:
    wired.trunk.crumbs = True
    wired.trunk.cut()

    wired.through()


@pytest.mark.parametrize("command", ["FETCH", "MOVE", "SEARCH", "SELECT"])
def test_a_line_cut_after_a_command_was_carried_out_loses_and_doubles_nothing(
    wired: Wired, command: str
) -> None:
    wired.desk.world.mail.faults.imap.drop_after(command, times=2)
    wired.trunk.cut()

    order = send_order(wired.desk)
    order.approve()
    order.confirmed()
    wired.through()


def test_refused_log_ins_are_said_with_their_mend_and_end_when_the_server_lets_us_in(wired: Wired) -> None:
    desk = wired.desk
    desk.world.mail.faults.imap.refuse_logins = True
    wired.trunk.cut()
    order = send_order(desk)

    desk.unwell("mailbox", "log-in refused", "check IMAP_USER and IMAP_PASSWORD")
    desk.world.mail.faults.imap.refuse_logins = False
    desk.world.clock.turn(LONGEST_REST)

    order.approve()
    order.confirmed()
    wired.through()


def test_new_numbers_make_no_mail_new(wired: Wired) -> None:
    """What was settled lies elsewhere; what was not moved yet, and what is old, is listed once more."""
    desk, mail = wired.desk, wired.desk.world.mail
    started = desk.world.clock.now()
    old = desk.world.samples.complete_ris(sender=("Old", OLD))
    mail.append(DESK, "INBOX", old.raw, received_at=started - timedelta(days=30))
    order = send_order(desk)
    order.card()
    desk.settled()
    until(lambda: len(mail.mails(DESK)) == 1)
    settled = next(m for m in mail.mails(DESK, DONE) if order.sponsor.encode() in m.raw)
    mail.append(DESK, "INBOX", settled.raw)  # the same mail again, as after a copy put back
    mail.change_uidvalidity(DESK)

    order.approve()
    order.confirmed()
    assert desk.mails_to(OLD) == []
    assert trail_is_whole(desk)


@pytest.mark.timeout(150)
def test_ten_thousand_old_mails_at_the_first_start_are_counted_and_hold_up_no_new_one(tmp_path: Path) -> None:
    def with_a_full_mailbox(bot: Bot, world: World) -> Bot:
        old = world.samples.complete_ris(sender=("Old", OLD)).raw
        month_ago = world.clock.now() - timedelta(days=30)
        for _ in range(MANY):
            world.mail.append(DESK, "INBOX", old, received_at=month_ago)
        return bot

    with running(tmp_path, fitted=with_a_full_mailbox, sponsors=SPONSORS) as desk:
        until(lambda: counted(desk)["old"])
        order = send_order(desk)  # while the old ones are being counted
        order.approve()
        order.confirmed()
        until(lambda: (counted(desk)["old"], counted(desk)["done"]) == (MANY, 1), patience=60)
        until(lambda: len(desk.world.mail.mails(DESK)) == MANY, patience=60)
        desk.well()

        assert desk.mails_to(OLD) == []
        assert [
            sum(
                said.get("thread_ts", said["ts"]) == said["ts"]
                for said in desk.world.workspace.messages(name)
            )
            for name in ("approvals", "support")
        ] == [1, 0]
    assert sum(file.stat().st_size for file in tmp_path.glob("usher.db*")) < 10_000_000


def counted(desk: Desk) -> dict[str, int]:
    with desk.bot.connect() as db:
        return upkeep.figures(db, now=desk.bot.clock.now()).mails
