"""A desk whose seats cost something, and a customer on the way from the form to the invitation."""

import itertools
import re
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path

from bot import policy
from bot.bootstrap import Bot
from bot.domain.ris import Credential, User
from bot.rendering.workbooks import ris_form
from bot.sandbox.invented import Organisation, organisation
from bot.sandbox.slack.acts import Outcome
from bot.sandbox.world import World
from bot.services import purchase_orders, vouchers
from bot.services.purchase_orders import PaidIn
from tests.cli.shell import Answer, in_process
from tests.provisioning_servers import OutsideServer
from tests.services.stocked import a_voucher_file
from tests.stories.desk import Desk, Message, as_built, as_text, running, text_of, until

SPONSORS = "sponsor.example"
PRICE = 100  #: of one seat, in euros
_numbers = itertools.count(1)
_vouchers = itertools.count(1, 1000)


@dataclass(frozen=True)
class SuppliedDesk(Desk):
    """A desk with a price; what its command line is told is what the service was told."""

    folder: Path
    told: Mapping[str, object]

    def usher(self, *arguments: object) -> Answer:
        """The command as an operator types it."""
        return in_process(*arguments, cwd=self.folder, env={**self.world.settings(), **self.told})

    def stock(self, many: int) -> list[str]:
        """So many more vouchers; their License Keys."""
        first = next(_vouchers)
        with self.bot.connect() as db:
            looked = vouchers.import_file(
                db,
                self.bot.desk,
                self.bot.reader,
                name="vouchers.csv",
                content=a_voucher_file(many, first=first),
                by="cli:anna",
                now=self.world.clock.now(),
            )
        assert looked.imported
        return [row.key.key for row in looked.reading.good]

    def pay_in(self, number: str, amount: int, currency: str = "EUR") -> None:
        """A purchase order of the sponsors, who may read of it therefore."""
        contact = f"orders@{SPONSORS}"
        paid = PaidIn(number=number, amount=str(amount), currency=currency, contact=contact, again=True)
        with self.bot.connect() as db:
            purchase_orders.pay_in(db, self.bot.desk, paid, by="cli:anna", now=self.world.clock.now())

    def money(self, number: str) -> tuple[int, int, int]:
        """What is available, held and spent, in whole units."""
        with self.bot.connect() as db:
            order = purchase_orders.show(db, number)[0]
        return int(order.available.amount), int(order.held.amount), int(order.spent.amount)

    def in_stock(self) -> int:
        with self.bot.connect() as db:
            return vouchers.count_stock(db, self.bot.desk, now=self.world.clock.now())


@dataclass(frozen=True)
class Customer:
    """One order; each comes from a sponsor of its own, for automatic answers to one address are capped."""

    desk: SuppliedDesk
    sponsor: str
    organisation: Organisation
    lang: str = "en"

    @property
    def company(self) -> str:
        return self.organisation.company.name

    @property
    def purchase_order(self) -> str:
        return self.organisation.company.purchase_order

    @property
    def people(self) -> tuple[User, ...]:
        return self.organisation.users

    @property
    def administrator(self) -> str:
        return self.people[0].email

    def with_company(self, **changed: object) -> "Customer":
        org = self.organisation
        company = replace(org.company, **changed)  # type: ignore[arg-type]
        return replace(self, organisation=replace(org, company=company))

    def send(self) -> "Customer":
        org = self.organisation
        text = {"en": "Please find the form attached.", "de": "Guten Tag,\n\nanbei das Formular."}[self.lang]
        form = ("RIS.xlsx", ris_form(self.lang, org.company, org.users))
        self.desk.send_mail(f"RIS {self.company}", text, files=[form], sender=("A sponsor", self.sponsor))
        return self

    # What staff see and do

    def card(self, *words: str) -> Message:
        """Its card, once it holds those words."""

        def find() -> Message | None:
            cards = self.desk.cards(self.company)
            return next((card for card in cards if all(word in as_text(card) for word in words)), None)

        return until(find)

    @property
    def ref(self) -> str:
        found = re.search(r"C-\d+", str(self.card()["text"]))
        assert found is not None
        return found[0]

    def at(self, marks: str, *words: str) -> str:
        """Its card as text, once the signs of its steps are these, such as ✓✓☐○○."""

        def find() -> Message | None:
            card = self.card(*words)
            return card if self.marks(card) == marks else None

        return as_text(until(find))

    @staticmethod
    def marks(card: Message) -> str:
        """The sign at which each of its steps stands."""
        texts = (
            block["text"]["text"]
            for block in card["blocks"]
            if block["type"] == "section" and "text" in block
        )
        steps: str = next((text for text in texts if text.startswith("*Steps*")), "")
        return "".join(line[0] for line in steps.splitlines()[1:] if line[0] != "↳")  # more about one

    def press(self, action: str, member: str = "avery") -> Outcome:
        """A button on its card, once it is there."""
        card = self.card(f'"{action}"')
        seen = self.desk.act(member).click("approvals", card["ts"], action)
        assert seen.ok, seen.error
        return seen

    def approve(self, member: str = "avery") -> "Customer":
        self.press("case_approve", member)
        self.card("*Approved* by")
        return self

    def fill(self, member: str = "blake", **numbers: str) -> None:
        """Save the checklist with those numbers, such as case_number="SC-1"."""
        self.press("case_checklist", member)
        view = self.desk.modal(member, self.ref)
        assert self.desk.act(member).submit(view["id"], dict(numbers)).ok
        self.desk.whisper(member, "approvals", f"{self.ref}: saved.")

    def stop(self, reason: str, member: str = "avery") -> None:
        self.press("case_stop", member)
        view = self.desk.modal(member, "ends here")
        assert self.desk.act(member).submit(view["id"], {"reason": reason}).ok
        self.card("Withdrawn")

    def skip(self, reason: str, member: str) -> None:
        self.press("step_skip", member)
        view = self.desk.modal(member, "leave out")
        assert self.desk.act(member).submit(view["id"], {"reason": reason}).ok

    def history(self, *words: str) -> str:
        """What `/usher case C-1 history` answers, once it holds those words."""

        def find() -> str:
            self.desk.act("blake").command("/usher", f"case {self.ref} history", "support")
            said = as_text(self.desk.whisper("blake", "support", self.ref, "history"))
            return said if all(word in said for word in words) else ""

        return until(find)

    # What people outside get

    def mail_to(self, address: str, about: str) -> EmailMessage:
        return self.desk.mail_to(address, about=about, ref=self.ref)

    def subjects(self, address: str) -> list[str]:
        """Of every mail about it that they have, without the reference at its end."""
        subjects = (str(mail["Subject"]) for mail in self.desk.mails_to(address))
        return [subject.partition(" (C-")[0] for subject in subjects if f"({self.ref})" in subject]

    def status_page(self) -> str:
        """What the link in the order confirmation shows, in English whatever the mail speaks."""
        text = text_of(self.mail_to(self.sponsor, CONFIRMED[self.lang]))
        link = re.search(r"http://127\.0\.0\.1:\d+/status/\S+", text)
        assert link is not None
        with urllib.request.urlopen(f"{link[0]}?lang=en") as answer:
            return str(answer.read().decode())


CONFIRMED = {"en": "Order confirmed", "de": "Auftrag bestätigt"}


def a_customer(desk: SuppliedDesk, *, users: int = 2, **company: object) -> Customer:
    """An organisation that nobody knows; every user takes a phone OTP."""
    number = next(_numbers)
    org = organisation(desk.world.samples._rng, users=users)
    named = {"name": f"{org.company.name} No. {number:03}", "purchase_order": f"PO-{number:05}", **company}
    people = tuple(replace(user, credential=Credential.PHONE_OTP) for user in org.users)
    made = Customer(desk, f"sponsor{number}@{SPONSORS}", replace(org, users=people))
    return made.with_company(**named)


def a_policy(folder: Path, *, case: str = "desk", site: str = "desk") -> Path:
    """The shipped policy with a price, those who make case and site, and nothing that asks for a code."""
    text = policy.SHIPPED.read_text(encoding="utf-8")
    price = f'prices = {{ phone_otp = {{ amount = "{PRICE}.00", currency = "EUR" }} }}'
    lines = {
        "# prices": price,
        "case": f'case = "{case}"',
        "site": f'site = "{site}"',
        "step_up": "step_up = []",
    }
    for key, line in lines.items():
        text, many = re.subn(rf"(?m)^{key} = .*$", line, text)
        assert many == 1, key
    path = folder / "usher.toml"
    path.write_text(text, encoding="utf-8")
    return path


def told_of(folder: Path, *outside: OutsideServer, **wanted: str) -> dict[str, object]:
    """The settings of a desk by that policy, before those servers."""
    told: dict[str, object] = {"usher_config": str(a_policy(folder, **wanted)), "sponsors": SPONSORS}
    for server in outside:
        told |= server.settings(folder)
    return told


@contextmanager
def supplied(
    folder: Path,
    *outside: OutsideServer,
    fitted: Callable[[Bot, World], Bot] = as_built,
    delivery: str = "live",
    **wanted: str,
) -> Iterator[SuppliedDesk]:
    """A desk by that policy, before those servers."""
    told = told_of(folder, *outside, **wanted) | {"delivery": delivery}
    with running(folder, fitted=fitted, **told) as desk:  # type: ignore[arg-type]
        for server in outside:
            server.now = desk.world.clock.now
        yield SuppliedDesk(desk.world, desk.bot, folder, told)
