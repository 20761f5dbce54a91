"""Whoever makes the case and the site fails in every way, and the desk sees what it needs to see."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import bootstrap
from bot.adapters.provisioners import build_opener
from bot.adapters.tls import build_context
from bot.bootstrap import Bot
from bot.sandbox.world import World
from bot.settings import load
from tests.provisioning_faults import Exchange, Fault, cut, says, silent
from tests.provisioning_servers import NetSuiteServer, OutsideServer, WebhookServer
from tests.stories.desk import as_text, text_of, until
from tests.stories.kills import Service, mortal
from tests.stories.supplied import Customer, SuppliedDesk, a_customer, supplied, told_of

pytestmark = pytest.mark.slow

DEADLINE = 0.5  #: seconds that an answer may take here
REFUSES = says(403, {"error": "sites are made on weekdays only"})


@dataclass(frozen=True)
class Outside:
    """A desk whose cases NetSuite makes, and whose sites a webhook."""

    desk: SuppliedDesk
    netsuite: NetSuiteServer
    hook: WebhookServer

    def customer(self) -> Customer:
        self.desk.stock(2)
        return a_customer(self.desk, purchase_order="PO-ALL").send()

    def made(self, customer: Customer) -> list[str]:
        """What was made outside for it, in order."""
        every = [*self.netsuite.made, *self.hook.made]
        return [name.removeprefix(f"usher-{customer.ref}-") for name in every if f"-{customer.ref}-" in name]

    def later(self, customer: Customer, marks: str) -> str:
        """Its card with those signs, however long it has to wait until something is tried again."""

        def find() -> bool:
            self.desk.world.clock.turn(timedelta(minutes=1))
            return customer.marks(customer.card()) == marks

        until(find)
        return customer.at(marks)


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    def impatient(bot: Bot, world: World) -> Bot:
        ways = bot.desk.policy.provisioning
        context, now = build_context(bot.settings.ca_bundle), world.clock.now
        opener = build_opener(bot.settings, ways, context, now=now, deadline=DEADLINE)
        return replace(bot, open_provisioners=opener)

    with NetSuiteServer() as netsuite, WebhookServer() as hook:
        folder = tmp_path_factory.mktemp("outside")
        with supplied(folder, netsuite, hook, fitted=impatient, case="netsuite", site="webhook") as desk:
            desk.pay_in("PO-ALL", 10_000)
            yield Outside(desk, netsuite, hook)


@pytest.fixture(autouse=True)
def nothing_left_over(outside: Outside) -> Iterator[None]:
    yield
    for server in (outside.netsuite, outside.hook):
        server.faults.clear()
        server.token_faults.clear()


def server_of(outside: Outside, method: str) -> OutsideServer:
    return outside.netsuite if method == "PUT" else outside.hook


@pytest.mark.parametrize(
    ("method", "fault"),
    [("PUT", silent(after_acting=True)), ("PUT", cut(after_acting=True)), ("POST", says(502, acts=True))],
    ids=["netsuite says nothing", "netsuite hangs up", "the webhook's gateway fails"],
)
def test_what_was_made_though_nobody_heard_so_is_made_once(
    outside: Outside, method: str, fault: Fault
) -> None:
    server_of(outside, method).faults[method].append(fault)
    customer = outside.customer().approve()

    outside.later(customer, "✓✓✓✓✓")

    assert outside.made(customer) == ["case", "site"]


def test_a_refused_log_in_is_on_the_card_and_once_mended_try_again_works(outside: Outside) -> None:
    outside.netsuite.revoke()
    outside.netsuite.token_faults.extend([says(400, {"error": "invalid_client"})] * 4)
    customer = outside.customer().approve()

    card = outside.later(customer, "✓✓✗○○")
    assert "the desk has the ball" in card
    assert "do not belong together" in card
    assert "compare NETSUITE_CLIENT_ID" in card
    assert "invalid_client" not in customer.history("the card says why")
    outside.netsuite.token_faults.clear()

    customer.press("step_retry", "blake")

    outside.later(customer, "✓✓✓✓✓")
    assert outside.made(customer) == ["case", "site"]


def test_patience_is_kept_as_long_as_it_is_asked_for(outside: Outside) -> None:
    outside.hook.faults["POST"].append(says(429, {"error": "too many"}, Retry_After="600"))
    customer = outside.customer().approve()

    card = customer.at("✓✓✓◔○", "Usher tries since", "asks for patience", "Usher is carrying it out")
    asked = len(outside.hook.requests)
    outside.desk.world.clock.turn(timedelta(minutes=9))
    outside.desk.settled()
    assert len(outside.hook.requests) == asked, card
    outside.desk.world.clock.turn(timedelta(minutes=2))

    customer.at("✓✓✓✓✓")


def test_while_a_side_is_down_the_card_says_that_usher_tries_and_why(outside: Outside) -> None:
    outside.hook.faults["GET"].extend([cut(after_acting=False)] * 1000)
    customer = outside.customer().approve()

    customer.at("✓✓✓◔○", "Usher tries since", "gave no whole answer")
    assert "it goes on by itself" in customer.status_page()
    outside.later(customer, "✓✓✓◔○")
    outside.hook.faults.clear()

    outside.later(customer, "✓✓✓✓✓")
    assert outside.made(customer) == ["case", "site"]


def test_a_step_is_left_out_by_two_people_only(outside: Outside) -> None:
    outside.hook.faults["GET"].append(REFUSES)
    customer, desk = outside.customer().approve(), outside.desk
    card = customer.at("✓✓✓✗○")
    assert "sites are made on weekdays only" in card

    customer.skip("made by hand last week", "avery")
    desk.whisper("avery", "approvals", "A second person who may override has to agree")
    customer.press("step_skip", "avery")
    told = as_text(desk.whisper("avery", "approvals", customer.ref, "already"))
    assert "step_skip" not in told
    desk.act("blake").click("approvals", customer.card()["ts"], "step_skip")
    desk.whisper("blake", "approvals", "<@U0CASEY0001>")
    customer.at("✓✓✓✗○", "<@U0AVERY0001> asks to skip it: made by hand last week")

    customer.press("step_skip", "casey")
    view = desk.modal("casey", "<@U0AVERY0001> asked to leave out")
    assert "made by hand last week" in as_text(view)
    assert desk.act("casey").submit(view["id"], {"reason": "they have one"}).ok

    customer.at("✓✓✓↷✓", "skipped by <@U0CASEY0001>", "they have one", "the customer has the ball")
    assert outside.made(customer) == ["case"]
    customer.history("as the second")


def test_a_case_stopped_at_a_failed_step_names_what_stands_outside(outside: Outside) -> None:
    outside.hook.faults["GET"].append(REFUSES)
    customer = outside.customer().approve()
    customer.at("✓✓✓✗○")

    customer.stop("it is not to be")

    customer.at("✓✓✓··", "Withdrawn")
    thread = customer.card()["ts"]
    outside.desk.message("approvals", "<@U0AVERY0001>", "Something was made outside", thread_ts=thread)
    outside.desk.message("approvals", "stands there. Please close it by hand", thread_ts=thread)
    outside.desk.message("approvals", "Site: nothing was made", thread_ts=thread)
    mail = text_of(customer.mail_to(customer.sponsor, f"{customer.company}: we have stopped the order"))
    assert "it is not to be" not in mail
    assert "nothing is charged" not in mail
    void = "A License Key for ForumPass is not valid any more"
    customer.mail_to(customer.administrator, void)
    assert customer.subjects(customer.administrator) == ["Your License Key for ForumPass", void]


def test_a_site_that_is_made_while_its_case_is_being_stopped_is_named_and_told(outside: Outside) -> None:
    customer = outside.customer()

    def made_and_slow(exchange: Exchange) -> None:
        exchange.act()
        customer.stop("it is not to be")  # longer than anybody waits for an answer

    outside.hook.faults["POST"].append(made_and_slow)
    customer.press("case_approve")
    thread = customer.card("Withdrawn")["ts"]

    outside.desk.message("approvals", "stands there. The other side was told", thread_ts=thread)
    assert outside.hook.ended == [f"usher-{customer.ref}-site"]
    customer.card("stands outside")


@pytest.mark.parametrize("method", ["PUT", "POST"], ids=["at netsuite", "at the webhook"])
def test_a_service_killed_before_it_wrote_down_what_was_made_makes_nothing_twice(
    tmp_path: Path, method: str
) -> None:
    with NetSuiteServer() as netsuite, WebhookServer() as hook, World(tmp_path, seed=7) as world:
        told = told_of(tmp_path, netsuite, hook, case="netsuite", site="webhook")
        with mortal(world, tmp_path, **told) as service:
            bot = bootstrap.build(load({**world.settings(), **told}, env_file=None), clock=world.clock)
            outside = Outside(SuppliedDesk(world, bot, tmp_path, told), netsuite, hook)
            for server in (netsuite, hook):
                server.now = world.clock.now
            outside.desk.pay_in("PO-ALL", 10_000)
            server_of(outside, method).faults[method].append(kills(service))
            customer = outside.customer()
            customer.press("case_approve")
            until(lambda: service.process is not None and service.process.poll() is not None)

            service.start()

            customer.at("✓✓✓✓✓", "the customer has the ball")
            outside.desk.settled()
            assert outside.made(customer) == ["case", "site"]
            for user in customer.people:
                assert customer.subjects(user.email).count("Your License Key for ForumPass") == 1
            assert sum("Invitation" in subject for subject in customer.subjects(customer.administrator)) == 1
            assert outside.desk.money("PO-ALL") == (9800, 0, 200)
            assert service.end() == 0


def kills(service: Service) -> Fault:
    """It is made, and whoever asked for it dies before the answer comes."""

    def fault(exchange: Exchange) -> None:
        exchange.act()
        service.kill()

    return fault
