"""A year of three hundred partners through real mails and the portal: all as a naive model counts it."""

import html
import re
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage, Message
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode, urljoin
from zoneinfo import ZoneInfo

import pytest

from bot.bootstrap import Bot
from bot.domain.consents import MANDATORY
from bot.sandbox.world import DESK, World
from bot.services import lifecycle
from bot.store.database import rows, transaction
from bot.store.database import text_of as in_store
from handlers.clock import rounds
from tests.partner_year import CLOSED, DAYS, is_bad, modelled, reaction, validated_before
from tests.partners import a_partner
from tests.people import CountingHasher
from tests.reports import a_report
from tests.stories.desk import Desk, parsed, running, text_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PEOPLE = 300
FIRST = date(2026, 3, 2)
MORNING = time(9, 5)
ABOUT = {
    "en": {
        "validation": "Please validate your account by",
        "reminder": "Your Partner Extranet account expires after",
        "expired": "Your account has expired",
    },
    "de": {
        "validation": "Bitte bestätigen Sie Ihr Konto bis",
        "reminder": "Ihr Konto bei Partner Extranet läuft nach dem",
        "expired": "Ihr Konto ist abgelaufen",
    },
}
PROLONGED = ("Your Partner Extranet account is valid until", "Ihr Konto bei Partner Extranet gilt bis")


@dataclass
class Owner:
    """Who reads the mails of one account, and follows the newest link some days later, or never."""

    number: int
    address: str
    lang: str
    read: int = 0
    told: int = 0
    acts_on: date | None = None
    link: str = ""

    def take(self, mail: EmailMessage, today: date) -> str:
        """The stage that a mail tells; "" for any other."""
        subject = str(mail["Subject"])
        stage = next((one for one, about in ABOUT[self.lang].items() if subject.startswith(about)), "")
        if stage:
            self.told += 1
            found = re.search(r"https?://\S+/prolong/[\w-]+", text_of(mail))
            assert found is not None, subject
            self.link = found[0]
            if not is_bad(self.number) and (days := reaction(self.number, self.told, stage)):
                self.acts_on = today + timedelta(days=days)
        return stage

    def act(self, nth: int) -> None:
        """Consents, and a new password, as the pages ask for them."""
        seat = Seat(f"198.51.100.{self.number % 250}", self.link)
        page = seat.browse()
        consents = {f"consent_{one}": "yes" for one in MANDATORY}
        page = seat.browse(hidden(page) | consents | {"do": "agree"})
        password = f"Vier rote Drachen {nth}!"
        typed = {"password": password, "again": password, "do": "complete"}
        page = seat.browse(hidden(page) | typed)
        assert 'action="/prolong' not in page, page


def hidden(page: str) -> dict[str, str]:
    """What a form carries that nobody types."""
    inputs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in inputs}


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


OPENER = urllib.request.build_opener(Stay)


@dataclass
class Seat:
    """A browser at a network address of its own, on one page."""

    network: str
    url: str
    cookie: str = ""

    def browse(self, form: dict[str, str] | None = None) -> str:
        """Open the page or send its form; the page to which the answer leads."""
        headers = {"X-Forwarded-For": self.network, "X-Forwarded-Proto": "http", "Cookie": self.cookie}
        body = urlencode(form).encode() if form else None
        try:
            with OPENER.open(urllib.request.Request(self.url, body, headers)) as answer:
                self._keep(answer.headers)
                return str(answer.read().decode())
        except urllib.error.HTTPError as other:
            with other:
                if other.code != HTTPStatus.SEE_OTHER:
                    raise
                self._keep(other.headers)
                self.url = urljoin(self.url, other.headers["Location"])
        return self.browse()

    def _keep(self, headers: Message) -> None:
        self.cookie = headers.get("Set-Cookie", "").partition(";")[0] or self.cookie


@dataclass
class Year:
    """The desk, day by day."""

    desk: Desk
    owners: list[Owner] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)  #: to those whom mails reach, by what they are
    acts: int = 0

    def begin(self) -> None:
        bot = self.desk.bot
        now = bot.clock.now()
        with bot.connect() as db, transaction(db):
            for number in range(PEOPLE):
                lang = "en" if number % 2 else "de"
                account = a_partner(db, number=number, lang=lang, now=now)
                begun_on = FIRST - timedelta(days=validated_before(number))
                lifecycle.begin(db, bot.desk, account, by="x", now=now, validated_on=begun_on)
                self.owners.append(Owner(number, account.email, lang))

    def live(self, today: date) -> None:
        desk = self.desk
        morning = datetime.combine(today, MORNING, tzinfo=ZoneInfo("Europe/Berlin"))
        desk.world.clock.turn(max(timedelta(), morning - desk.world.clock.now()))
        begun = desk.world.clock.now()
        for owner in self.owners:
            if owner.acts_on == today:
                self.acts += 1
                owner.act(self.acts)
        rounds.look(desk.bot, now=desk.world.clock.now())
        desk.bot.bell.ring()
        desk.settled()
        self.read(self.written_to(since=begun), today)

    def written_to(self, since: datetime) -> list[Owner]:
        """Whose mailbox has something new: to ask all of them each day takes longer than all they do."""
        sql = "select recipient from outbox where kind = 'mail' and sent_at >= :since"
        with self.desk.bot.connect() as db:
            told = {str(one["recipient"]) for one in rows(db, sql, {"since": in_store(since)})}
        return [owner for owner in self.owners if owner.address in told]

    def read(self, owners: Sequence[Owner], today: date) -> None:
        for owner in owners:
            mails = self.desk.world.mail.mails(owner.address)
            for stored in mails[owner.read :]:
                mail = parsed(stored.raw)
                if stage := owner.take(mail, today):
                    self.told[stage] += 1
                elif not is_bad(owner.number):
                    subject = str(mail["Subject"])
                    self.others["prolonged" if subject.startswith(PROLONGED) else subject] += 1
                if is_bad(owner.number):
                    self.come_back(mail, owner.address)
            owner.read = len(mails)

    def counted(self) -> Counter[str]:
        """What came into mailboxes, what happened, and what waits for staff since an address is given up.

        Or waited, as long as it was true.
        """
        with self.desk.bot.connect() as db:
            waiting = rows(
                db,
                """select substr(template, 9) as stage, recipient from outbox
                   where status in ('held', 'replaced')
                   and template in ('account_validation', 'account_reminder', 'account_expired')""",
            )
            moved = rows(db, "select how, count(*) as many from life_moves where how <> 'begun' group by how")
        bad = {owner.address for owner in self.owners if is_bad(owner.number)}
        assert {one["recipient"] for one in waiting} <= bad
        happened = Counter({str(one["how"]): int(one["many"]) for one in moved})
        return self.told + happened + Counter(str(one["stage"]) for one in waiting)

    def come_back(self, mail: EmailMessage, address: str) -> None:
        raw = a_report(about=str(mail["Message-ID"]), recipient=address, desk=DESK)
        self.desk.world.mail.submit(raw, "", DESK)
        self.desk.ledger(str(parsed(raw)["Message-ID"]))


def fitted(bot: Bot, world: World) -> Bot:
    """No limit a day, the model's free days, and passwords that cost no time."""
    del world
    policy = bot.desk.policy
    clock = policy.extranet.clock.model_copy(update={"most_a_day": PEOPLE})
    calendar = policy.calendar.model_copy(update={"holidays": "", "closed": tuple(CLOSED)})
    changed = {"extranet": policy.extranet.model_copy(update={"clock": clock}), "calendar": calendar}
    desk = replace(bot.desk, policy=policy.model_copy(update=changed), hasher=CountingHasher())
    return replace(bot, desk=desk)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    folder: Path = tmp_path_factory.mktemp("year")
    start = datetime.combine(FIRST, MORNING, tzinfo=ZoneInfo("Europe/Berlin"))
    doors = ("mail", "worker", "portal")
    with running(folder, start=start, doors=doors, fitted=fitted) as desk:
        year = Year(desk)
        year.begin()
        yield year


def test_three_hundred_partners_for_a_year(year: Year) -> None:
    expected, people = modelled(PEOPLE, FIRST.toordinal())
    for day in range(DAYS):
        year.live(FIRST + timedelta(days=day))
    year.read(year.owners, FIRST + timedelta(days=DAYS))  # also what nobody knew of

    assert year.counted() == expected
    assert year.others == {"prolonged": expected["validated"]}
    with year.desk.bot.connect() as db:
        found = rows(db, "select state, ends_on from lives order by account_id")
    assert [(one["state"], one["ends_on"]) for one in found] == [
        (person.state, date.fromordinal(person.end).isoformat()) for person in people
    ]
    assert all(expected[what] > PEOPLE / 20 for what in ("validation", "reminder", "expired", "held"))
