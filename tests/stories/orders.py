"""A sponsor's order from the form to the confirmation, and the proof that each step happened once."""

import itertools
from collections import Counter
from dataclasses import dataclass, replace

from bot.sandbox.invented import Organisation, organisation
from bot.services import audit
from tests.stories.desk import Desk, Message

SPONSORS = "sponsor.example"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Order:
    """Each comes from a sponsor of its own: the cap on automatic answers is no part of these stories."""

    desk: Desk
    sponsor: str
    organisation: Organisation

    @property
    def company(self) -> str:
        return self.organisation.company.name

    def send(self, cc: str = "") -> None:
        org = self.organisation
        self.desk.send_ris(org.company, org.users, sender=("A sponsor", self.sponsor), cc=cc)

    def card(self, showing: str = "case_approve") -> Message:
        return self.desk.card(self.company, showing)

    def approve(self) -> None:
        seen = self.desk.act("avery").click("approvals", self.card()["ts"], "case_approve")
        assert seen.ok, seen.error

    def confirmed(self) -> None:
        """The decision has been carried out, and everybody heard of it once."""
        self.card("*sponsor told*")
        self.desk.mail_to(self.sponsor, about=f"Order confirmed: {self.company}")
        self.desk.settled()
        assert len(self.desk.cards(self.company)) == 1
        assert self.mails() == {
            f"We have the form for {self.company}": 1,
            f"Order confirmed: {self.company}": 1,
        }

    def mails(self) -> Counter[str]:
        """How many mails with each subject the sponsor has, without the reference at its end."""
        subjects = (str(mail["Subject"]) for mail in self.desk.mails_to(self.sponsor))
        return Counter(subject.partition(" (C-")[0] for subject in subjects)


def an_order(desk: Desk) -> Order:
    number = next(_numbers)
    org = organisation(desk.world.samples._rng)
    company = replace(org.company, name=f"{org.company.name} No. {number:03}")  # invented names come twice
    return Order(desk, f"sponsor{number}@{SPONSORS}", replace(org, company=company))


def send_order(desk: Desk) -> Order:
    order = an_order(desk)
    order.send()
    return order


def trail_is_whole(desk: Desk) -> bool:
    with desk.bot.connect() as db:
        return audit.verify(db).broken_at is None
