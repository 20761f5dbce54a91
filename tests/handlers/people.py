"""Five people at a desk in Slack who do what the test says: each act is answered, each button is kept."""

import itertools
import json
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from slack_bolt import App

from bot.bootstrap import make_staff
from bot.domain.mail import Address
from bot.domain.staff import Member
from bot.rendering.workbooks import ris_form
from bot.store import cases as case_store
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, CASEY, DANA, ELI, MALLORY, a_mail, an_office
from tests.forms import COMPANY, MARA, TOM
from tests.handlers.conftest import Workspace, new_trigger
from tests.handlers.oracle import Act, Oracle, Policy
from tests.outside import FakeChat

DREW = "U0DREW00001"  #: approves, and sends forms from Dana's address
PEOPLE = (AVERY.id, BLAKE.id, CASEY.id, DREW, ELI.id)
SEATS = 2
ROOT = Path(__file__).parents[2]


class AtOnce(Executor):
    """Bolt's listeners in the thread of the test, one after the other."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":  # noqa: ANN401 - Executor's
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@dataclass(frozen=True)
class Button:
    """A button as somebody saw it once; it may be pressed at any later time."""

    action: str
    value: str
    block_id: str
    private: bool


@dataclass(frozen=True)
class Modal:
    """A modal as it was opened for somebody."""

    member: str
    view: str  #: as JSON


@cache
def form(company: int, variant: int) -> bytes:
    """One company's form; each variant is other content."""
    named = replace(COMPANY, name=f"Nordlicht {company} GmbH", street=f"Hafenweg {variant}", seats=SEATS)
    return ris_form("en", named, [MARA, TOM])


@dataclass
class Desk:
    """The desk with its people, under one policy."""

    workspace: Workspace
    oracle: Oracle
    buttons: list[Button] = field(default_factory=list)
    modals: list[Modal] = field(default_factory=list)
    acts: Iterator[int] = field(default_factory=itertools.count)
    wrong: list[str] = field(default_factory=list)

    # What happens around them

    def start(self) -> None:
        """A start of the service over the same database."""
        self.workspace.start()
        app: App = self.workspace.app
        app.listener_runner.listener_executor.shutdown()
        app.listener_runner.listener_executor = AtOnce()

    def take(self, company: int, variant: int, *, sender: Address, verdict: str, answers: str = "") -> None:
        office = self.workspace.office
        raw = a_mail(
            sender=sender,
            subject="A form",
            verdict=verdict,
            answers=answers,
            files=[("form.xlsx", form(company, variant))],
            date=office.now,
        )
        office.take(raw)
        self.look("", ())

    def carry_out(self) -> None:
        """Cards come into the channel, as they are now."""
        office = self.workspace.office
        office.work()
        for message in office.chat.standing.values():
            self._keep(message.blocks, private=False)

    def escalate(self, number: int) -> None:
        office = self.workspace.office
        with office.connect() as db, transaction(db):
            case_store.escalate(db, number, now=office.now)

    # What they do

    def press(self, who: str, button: Button) -> None:
        block: dict[str, Any] = {"action_id": button.action, "block_id": button.block_id}
        body = self._of(who) | {
            "type": "block_actions",
            "container": {"is_ephemeral": button.private},
            "channel": {"id": "C0APPROVALS"},
            "actions": [block | {"value": button.value, "type": "button"}],
        }
        self._act(who, body, (button.block_id.rpartition(":")[2],))

    def type(self, who: str, text: str) -> None:
        body = {"command": "/usher", "text": text, "user_id": who, "channel_id": "C0APPROVALS"}
        self._act(who, self._of(who) | body, ())

    def mention(self, who: str, text: str) -> None:
        number = next(self.acts)
        event = {"type": "app_mention", "user": who, "channel": "C0APPROVALS", "ts": f"9.{number}"}
        body = {"type": "event_callback", "event_id": f"Ev{number}", "team_id": "T0"}
        self._act(who, body | {"event": event | {"text": f"<@U0USHER> {text}"}}, ())

    def send(self, modal: Modal, values: dict[str, Any]) -> None:
        view = json.loads(modal.view)
        about = json.loads(view.get("private_metadata") or "{}")
        body = self._of(modal.member) | {
            "type": "view_submission",
            "view": view | {"state": {"values": values}},
        }
        self._act(modal.member, body, (str(about.get("content_hash", "")),))

    def open_home(self, who: str) -> None:
        number = next(self.acts)
        event = {"type": "app_home_opened", "user": who, "channel": "D1", "tab": "home"}
        body = {"type": "event_callback", "event_id": f"Ev{number}", "team_id": "T0", "event": event}
        self._act(who, body, ())

    # What came of it

    def _of(self, who: str) -> dict[str, Any]:
        url = f"{self.workspace.url}/respond"
        return {"user": {"id": who}, "team": {"id": "T0"}, "response_url": url, "trigger_id": new_trigger()}

    def _act(self, who: str, body: dict[str, Any], seen: tuple[str, ...]) -> None:
        """One act: it was answered in words, and nothing came of it that may not be."""
        said, calls = len(self.workspace.said), len(self.workspace.calls)
        response = self.workspace.dispatch(body)
        for answer in self.workspace.said[said:]:
            self._keep(answer.get("blocks") or [], private=True)
        heard = [answer["text"] for answer in self.workspace.said[said:]]
        for method, given in self.workspace.calls[calls:]:
            heard += self._heard(who, method, given)
        if response.body and "errors" in str(response.body):
            heard.append(str(response.body))
        if not any(words.strip() for words in heard) or response.status != 200:
            self.wrong.append(f"{who} was not answered: {body} {response.status}")
        if any("went wrong" in words for words in heard):
            self.wrong.append(f"{who} met a bug: {heard}")
        self.look(who, seen)

    def _heard(self, who: str, method: str, given: dict[str, Any]) -> Iterator[str]:
        """What they were shown by a call of the Web API."""
        if method in ("views.open", "views.publish", "views.update"):
            view = given["view"]
            view = view if isinstance(view, str) else json.dumps(view)
            if method == "views.open":
                self.modals.append(Modal(who, view))
            self._keep(json.loads(view)["blocks"], private=False)
            yield view
        elif method == "chat.postEphemeral" and given["user"] == who:
            blocks = given.get("blocks") or []
            self._keep(json.loads(blocks) if isinstance(blocks, str) else blocks, private=True)
            yield str(given["text"])

    def _keep(self, blocks: list[dict[str, Any]], *, private: bool) -> None:
        for block in blocks:
            for element in block.get("elements", []) if block["type"] == "actions" else []:
                if element["type"] == "button" and "value" in element:
                    found = Button(element["action_id"], element["value"], block.get("block_id", ""), private)
                    if found not in self.buttons:
                        self.buttons.append(found)

    def look(self, who: str, seen: tuple[str, ...]) -> None:
        office = self.workspace.office
        with office.connect() as db:
            self.wrong += self.oracle.look(db, Act(by=who, seen=seen, at=office.now))


def open_desk(folder: Path, url: str, policy: Policy) -> Desk:
    """A desk whose groups and rules are those of the policy."""
    shipped = (ROOT / "usher.toml").read_text(encoding="utf-8")
    head, _, rest = shipped.partition("[approvals]")
    after = rest[rest.index("[approvals.groups]") :].partition("\n")[2].partition("\n[")
    above = "" if policy.second_above is None else f"second_above_seats = {policy.second_above}\n"
    rules = (
        f"[approvals]\n{above}second_if_unverified = {str(policy.second_if_unverified).lower()}\n"
        f"escalate_to = {json.dumps(sorted(policy.added))}\n"
        f"[approvals.groups]\nreview = {json.dumps(sorted(policy.approvers))}\n"
    )
    (folder / "own.toml").write_text(f"{head}{rules}\n[{after[2]}", encoding="utf-8")
    office = an_office(
        folder,
        usher_config=str(folder / "own.toml"),
        slack_staff=f"{AVERY.id},{BLAKE.id},{CASEY.id},{DREW}",
    )
    members = [Member(id=who.id, name=who.name, full=who is not ELI) for who in (AVERY, BLAKE, CASEY, ELI)]
    members.append(Member(id=DREW, name="Drew", email=DANA.address))
    office.chat = FakeChat(members)
    staff = make_staff(office.bot.settings, office.desk.policy, office.chat)
    office.bot = replace(office.bot, chat=office.chat, staff=staff)
    oracle = Oracle(
        policy=policy,
        full=frozenset(PEOPLE) - {ELI.id},
        senders={DANA.address: DREW},
        seats=SEATS,
    )
    desk = Desk(Workspace(office, url), oracle)
    desk.start()
    return desk


STRANGER = MALLORY
