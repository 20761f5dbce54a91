"""Each way of making things outside, before servers on loopback that really keep records."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.adapters.provisioners import build_opener
from bot.adapters.tls import build_context
from bot.domain.errors import TransientFailure, UnknownOutcome
from bot.domain.mail import Address
from bot.domain.provisioning import Order, Record, Task, Way
from bot.domain.ris import Company, User
from bot.ports import Provisioner
from bot.provisioning_policy import Provisioning
from bot.settings import load_given
from tests.outside import NOW
from tests.provisioning_servers import NetSuiteServer, OutsideServer, WebhookServer
from tests.test_settings import GOOD

Trouble = TransientFailure | UnknownOutcome

DEADLINE = 0.4  # seconds
ATTEMPTS = 6

#: what a corrected form changes: the company, its phone, and the last user's address
CORRECTED = ("Nordwind & Töchter GmbH", "+49421654321", "ole@nordwind.example.com")
TRUST = build_context()
SERVED = ["netsuite-case", "webhook-site", pytest.param("webhook-case", marks=pytest.mark.slow)]


@dataclass
class Side:
    """One way of making one thing, and the outside that it is made in; none where the desk makes it."""

    way: Way
    task: Task
    server: OutsideServer | None
    settings: Mapping[str, object]
    netsuite: Mapping[str, object] = field(default_factory=dict)  #: what the policy adds to its cases

    @property
    def outside(self) -> OutsideServer:
        assert self.server is not None
        return self.server

    @property
    def changing(self) -> str:
        """The method by which it is made."""
        return {Way.NETSUITE: "PUT", Way.WEBHOOK: "POST"}[self.way]

    @property
    def correcting(self) -> str:
        """The method by which what stands is changed."""
        return {Way.NETSUITE: "PATCH", Way.WEBHOOK: "POST"}[self.way]

    @property
    def order(self) -> Order:
        return Order(
            external_id=f"usher-C-7-{self.task}",
            task=self.task,
            ref="C-7",
            company=Company(
                name="Nordwind GmbH",
                street="Am Wall 1",
                city="Bremen",
                country="DE",
                application="ForumPass",
                contact_email="ida@nordwind.example.com",
                contact_phone="+49421123456",
            ),
            users=(User(first_name="Ida", last_name="Brandt", email="ida@nordwind.example.com"),),
            seats=14,
            sponsor=Address(name="Dana Reyes", address="dana@sponsor.example.org"),
            lang="de",
            case_number="CASE4700" if self.task is Task.SITE else "",
        )

    @property
    def corrected(self) -> Order:
        """The same order by the form that took the place of the first."""
        first = self.order.company
        company = replace(first, name=CORRECTED[0], contact_phone=CORRECTED[1])
        users = (*self.order.users, User(first_name="Ole", email=CORRECTED[2]))
        return replace(self.order, company=company, users=users, version=2, corrected=True, before=first)

    def open(self, **changed: object) -> Provisioner:
        settings = load_given({**GOOD, **self.settings, **changed})
        policy = Provisioning.model_validate({self.task.value: self.way, "netsuite": self.netsuite})
        context = build_context(settings.ca_bundle) if settings.ca_bundle else TRUST
        return build_opener(settings, policy, context, now=lambda: NOW, deadline=DEADLINE)()[self.way]


@pytest.fixture
def side(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Side]:
    way, _, task = request.param.partition("-")
    if way == "desk":
        yield Side(Way.DESK, Task(task), None, {})
        return
    made: dict[str, Callable[[], OutsideServer]] = {"netsuite": NetSuiteServer, "webhook": WebhookServer}
    with made[way]() as server:
        yield Side(Way(way), Task(task), server, server.settings(tmp_path))


EVERY = ["desk-case", "desk-site", "netsuite-case", "webhook-case", "webhook-site"]
every_way = pytest.mark.parametrize("side", EVERY, indirect=True)
every_served_way = pytest.mark.parametrize("side", SERVED, indirect=True)


def carry(provisioner: Provisioner, order: Order) -> tuple[Record | None, list[Trouble]]:
    """As the outbox does: what may have passed is tried again."""
    troubles: list[Trouble] = []
    for _ in range(ATTEMPTS):
        try:
            return provisioner.place(order), troubles
        except (TransientFailure, UnknownOutcome) as exc:
            troubles.append(exc)
    raise AssertionError(troubles)
