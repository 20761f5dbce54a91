"""Pages and sign-ins a second of the portal with 50 clients, beside a bare Flask app and bare argon2.

The whole service runs as a process of its own, its mailbox and Slack in this one; the bare app is another,
behind the same waitress with as many threads. They take turns, so that both meet the machine as it is. The
clients are threads here and keep their connections; each has an account of its own, and each request comes
from another network, for the portal's limits count networks.

    python -m tests.benchmarks.portal [PAGES] [SECONDS]     (2000 pages a round, 5 s of sign-ins a round)
"""

import http.client
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from bot.bootstrap import make_desk
from bot.domain.accounts import Account
from bot.domain.ris import Credential, Role, User
from bot.sandbox.world import World
from bot.services import cases
from bot.settings import load_given
from bot.store.database import connect, transaction
from tests.benchmarks.ack import OURS, running
from tests.benchmarks.bare_portal import verifications
from tests.benchmarks.reaction import percentile
from tests.benchmarks.start import is_well
from tests.people import PASSWORD, agree, move_in
from tests.portal.conftest import a_submission

CLIENTS = 50
SIGNING_IN = 8  #: clients that sign in at once: as many as the portal has threads
ROUNDS = 3
PAGES, SECONDS = 2000, 5
WARM_UP = 100  #: pages that pay for templates and first connections
BARE = (sys.executable, "-m", "tests.benchmarks.bare_portal")
FORM = "application/x-www-form-urlencoded"
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')

_networks = count(1)


class Client:
    """A browser with a kept connection; it takes a cookie only when it is told to."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._line = http.client.HTTPConnection(host, int(port), timeout=60)
        self.cookie = ""

    def hang_up(self) -> None:
        """The next request opens a new connection."""
        self._line.close()

    def get(self, path: str) -> tuple[str, str]:
        """The page and the cookie that came with it."""
        return self._ask("GET", path, 200)

    def sign_in(self, user_id: str) -> Callable[[], str]:
        """What signs in anew each time that it is called, and returns the session's cookie."""
        self.cookie = ""
        page, self.cookie = self.get("/sign-in")
        found = CSRF.search(page)
        assert found is not None
        body = urlencode({"csrf_token": found[1], "name": user_id, "password": PASSWORD})
        return lambda: self._ask("POST", "/sign-in", 303, body)[1]

    def _ask(self, method: str, path: str, status: int, body: str | None = None) -> tuple[str, str]:
        number = next(_networks)
        headers = {"X-Forwarded-For": f"198.{18 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"}
        headers |= {"Cookie": self.cookie} if self.cookie else {}
        headers |= {"Content-Type": FORM} if body else {}
        self._line.request(method, path, body, headers)
        answer = self._line.getresponse()
        said = answer.read().decode()
        if answer.status != status:
            raise RuntimeError(f"{method} {path}: {answer.status}")
        return said, (answer.getheader("Set-Cookie") or "").partition(";")[0]


def at_once(works: Sequence[Callable[[], object]], going: Callable[[int], bool]) -> tuple[float, list[float]]:
    """Let each of them go on as long as it may: how many a second, and the milliseconds of each."""
    taken: list[float] = []

    def go_on(work: Callable[[], object]) -> None:
        while going(len(taken)):
            started = time.monotonic()
            work()
            taken.append((time.monotonic() - started) * 1000)

    began = time.monotonic()
    with ThreadPoolExecutor(len(works)) as threads:
        list(threads.map(go_on, works))  # raises what one of them met
    return len(taken) / (time.monotonic() - began), taken


def pages(clients: Sequence[Client], path: str, many: int) -> tuple[float, list[float]]:
    works = [partial(client.get, path) for client in clients]
    at_once(works, lambda done: done < WARM_UP)
    found = at_once(works, lambda done: done < many)
    hang_up(clients)
    return found


def sign_ins(
    clients: Sequence[Client], accounts: Sequence[Account], seconds: float
) -> tuple[float, list[float]]:
    pairs = zip(clients, accounts, strict=True)
    works = [client.sign_in(account.user_id) for client, account in pairs]
    until = time.monotonic() + seconds
    found = at_once(works, lambda _: time.monotonic() < until)
    hang_up(clients)
    return found


def hang_up(clients: Sequence[Client]) -> None:
    """Waitress holds 400 connections: those of one measure would keep the next one out."""
    for client in clients:
        client.hang_up()


@contextmanager
def bare_app() -> Iterator[str]:
    """Where the bare app listens."""
    with subprocess.Popen(BARE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def settle(world: World) -> list[Account]:
    """As many people as there are clients have accounts, and may open their application."""
    settings, now = load_given(world.settings()), datetime.now(UTC)
    desk = make_desk(settings)
    people = [
        User(
            first_name="Amara", last_name=f"Falkner{number}", email=f"amara{number}@works.example.com",
            phones=("+493023125001",), job_title="Clerk", credential=Credential.PHONE_OTP,
            role=Role.USER if number else Role.ORGANIZATION_ADMINISTRATOR,
        )
        for number in range(CLIENTS)
    ]  # fmt: skip
    with connect(Path(settings.database_url.removeprefix("sqlite:///"))) as db:
        with transaction(db):
            case = cases.open_case(db, desk, a_submission(company="Works & Co", problems=0), now=now)
        accounts = move_in(db, desk, case, people, now=now)
        agree(db, desk, accounts, now=now)
    return accounts


class Figures:
    """Each round's rates by name, and every request's milliseconds."""

    def __init__(self) -> None:
        self._rates: defaultdict[str, list[float]] = defaultdict(list)
        self._taken: defaultdict[str, list[float]] = defaultdict(list)

    def add(self, name: str, rate: float, taken: Sequence[float] = ()) -> None:
        self._rates[name].append(rate)
        self._taken[name] += taken

    def rate(self, name: str) -> float:
        return percentile(self._rates[name], 0.5)

    def p99(self, name: str) -> float:
        return percentile(self._taken[name], 0.99)

    def tell(self, name: str, yardstick: str) -> None:
        print(
            f"{name}: {self.rate(name):.0f} a second, p99 {self.p99(name):.0f} ms; {yardstick}: "
            f"{self.rate(yardstick):.0f} a second, p99 {self.p99(yardstick):.0f} ms; ratios "
            f"{self.rate(name) / self.rate(yardstick):.2f} and {self.p99(name) / self.p99(yardstick):.2f}"
        )


def measure(world: World, many: int, seconds: float) -> Figures:
    address, figures = world.settings()["portal_bind"], Figures()
    accounts = settle(world)
    strangers, inside = ([Client(address) for _ in accounts] for _ in range(2))
    for client, account in zip(inside, accounts, strict=True):
        client.cookie = client.sign_in(account.user_id)()
        client.hang_up()
    signing = [Client(address) for _ in range(SIGNING_IN)]
    with bare_app() as bare:
        bystanders = [Client(bare) for _ in accounts]
        for _ in range(ROUNDS):
            figures.add("a bare page", *pages(bystanders, "/", many))
            figures.add("the start page", *pages(strangers, "/", many))
            figures.add("the dashboard", *pages(inside, "/dashboard", many))
            figures.add("sign-ins", *sign_ins(signing, accounts[:SIGNING_IN], seconds))
            figures.add("bare argon2", verifications(seconds))
    return figures


def main() -> None:
    given = [int(one) for one in sys.argv[1:]]
    many, seconds = (*given, *(PAGES, SECONDS)[len(given) :])
    with tempfile.TemporaryDirectory() as name, World(Path(name), seed=1) as world, running(world, OURS):
        while not is_well(world.settings()["ops_bind"]):
            time.sleep(0.05)
        figures = measure(world, many, seconds)
    print(f"{CLIENTS} clients; the median of {ROUNDS} rounds")
    figures.tell("the start page", "a bare page")
    figures.tell("the dashboard", "a bare page")
    rate, bare = figures.rate("sign-ins"), figures.rate("bare argon2")
    print(f"sign-ins: {rate:.1f} a second, bare argon2 {bare:.1f}, ratio {rate / bare:.2f}")


if __name__ == "__main__":
    main()
