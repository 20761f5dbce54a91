"""Mails as the desk really gets them, for the lobby's buttons and for trying out a Monday."""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from email import message_from_string, policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr

from bot.domain.ris import Role
from bot.rendering.workbooks import ris_form
from bot.sandbox import hostile
from bot.sandbox.invented import Organisation, organisation, person
from bot.sandbox.own_form import own_form

#: Who may submit in the sandbox: the sponsor's order desk and one of its people.
ORDERS = ("Northwind Sponsor", "orders@sponsor.example")
DANA = ("Dana Reyes", "dana@sponsor.example")
SPONSORS = (ORDERS[1], DANA[1])

_XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_XLSM = "vnd.ms-excel.sheet.macroEnabled.12"

_QUESTIONS_EN = (
    ("No activation mail", "I was promised an activation mail yesterday, but nothing came. What can I do?"),
    ("One-time code expired", "The code on my phone is always expired when I type it. How long is it valid?"),
    ("Change my phone number", "I have a new mobile. How do I change the number to which the code is sent?"),
    ("Account locked", "After a few wrong passwords I am locked out. How long does that last?"),
    ("Who is our administrator?", "Who in my company may reset my password, and how do I find out?"),
)
_QUESTIONS_DE = (
    ("Lizenzschlüssel", "Guten Tag,\n\nwo gebe ich den Lizenzschlüssel ein, den Sie mir geschickt haben?"),
    ("Konto abgelaufen", "Hallo,\n\nmein Konto ist abgelaufen. Kann ich es noch verlängern, und wie lange?"),
    ("Kein Zugriff", "Guten Tag,\n\nnach der Anmeldung kann ich ForumPass nicht öffnen. Woran liegt das?"),
)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A mail with its envelope; `about` says in a sentence what was sent."""

    raw: bytes
    sender: str
    recipient: str
    about: str
    authentic: bool = True


class Samples:
    """Writes sample mails to the desk; equal random and clock give equal mails."""

    def __init__(self, rng: random.Random, *, now: Callable[[], datetime], desk: str) -> None:
        self._rng = rng
        self._now = now
        self._desk = desk
        self._submitted: list[Organisation] = []

    # Forms

    def complete_ris(self, *, sender: tuple[str, str] = DANA, lang: str = "en") -> Sample:
        org = organisation(self._rng)
        self._submitted.append(org)
        about = f"A complete RIS for {org.company.name} with {len(org.users)} users"
        return self._ris(org, sender=sender, lang=lang, about=about)

    def foreign_ris(self) -> Sample:
        """What a customer's own system gave out: German headings, semicolons, one table below the other."""
        org = organisation(self._rng)
        mail = self._mail(DANA, f"Neukunde {org.company.name}", "Hallo,\n\nso kam es vom Kunden.\n\nDana")
        mail.add_attachment(
            own_form(org).encode("cp1252", "replace"),
            maintype="text",
            subtype="csv",
            filename="Stammdaten.csv",
        )
        return self._sample(mail, DANA[1], f"A RIS for {org.company.name}, in the customer's own form")

    def stranger_ris(self) -> Sample:
        """From somebody whose address is proven, and who is no sponsor."""
        sample = self.complete_ris(sender=person(self._rng))
        return replace(sample, about=f"{sample.about}, from somebody who is no sponsor")

    def addition_ris(self) -> Sample:
        """Two more people for the company that came last."""
        known = self._submitted[-1] if self._submitted else organisation(self._rng)
        more = organisation(self._rng, users=2)
        people = tuple(
            replace(user, email=f"{user.email.partition('@')[0]}@{known.domain}") for user in more.users
        )
        org = Organisation(company=replace(known.company, seats=2), users=people)
        return self._ris(org, sender=DANA, lang="en", about=f"Two more people for {org.company.name}")

    def incomplete_ris(self, *, sender: tuple[str, str] = DANA, lang: str = "en") -> Sample:
        """No administrator, too few seats, and faults in company and users."""
        org = organisation(self._rng, users=4)
        first, second, third, fourth = org.users
        spoilt = Organisation(
            company=replace(org.company, vat_id="DE12", country="Atlantis", city="", seats=2),
            users=(
                replace(first, role=Role.USER, email=""),
                replace(second, phones=("call me",)),
                replace(third, email=third.email.replace("@", " at ")),
                replace(fourth, role="Chief", last_name="", phones=()),
            ),
        )
        return self._ris(spoilt, sender=sender, lang=lang, about=f"An incomplete RIS for {org.company.name}")

    def forged_ris(self) -> Sample:
        """Looks like Dana's, but the server finds that it is not hers."""
        sample = self.complete_ris()
        return replace(sample, authentic=False, about=f"{sample.about}, in Dana's name but not by her")

    def hostile_ris(self, kind: str = "") -> Sample:
        """`zip_bomb`, `far_cell` or `macros`; without a kind one of those that are refused."""
        files: dict[str, Callable[[], bytes]] = {
            "zip_bomb": hostile.zip_bomb,
            "far_cell": hostile.far_cell,
            "macros": lambda: hostile.with_macros(_form(organisation(self._rng), "en")),
        }
        kind = kind or self._rng.choice(("zip_bomb", "far_cell"))
        mail = self._mail(DANA, "RIS for a new customer", "Hello,\n\nplease set this customer up.\n\nDana")
        is_macro = kind == "macros"
        mail.add_attachment(
            files[kind](),
            maintype="application",
            subtype=_XLSM if is_macro else _XLSX,
            filename="RIS.xlsm" if is_macro else "RIS.xlsx",
        )
        return self._sample(mail, DANA[1], f"A hostile workbook ({kind.replace('_', ' ')})")

    # Words

    def question(self, lang: str = "en") -> Sample:
        sender = person(self._rng)
        subject, text = self._rng.choice(_QUESTIONS_DE if lang == "de" else _QUESTIONS_EN)
        closing = "Viele Grüße" if lang == "de" else "Kind regards"
        mail = self._mail(sender, subject, f"{text}\n\n{closing}\n{sender[0]}")
        return self._sample(mail, sender[1], f"A question from {sender[0]}: {subject}")

    def form_request(self) -> Sample:
        sender = person(self._rng)
        text = f"Hello,\n\ncould you please send me the blank form?\n\nKind regards\n{sender[0]}"
        mail = self._mail(sender, "New customer form", text)
        return self._sample(mail, sender[1], f"A request for the blank form from {sender[0]}")

    def reply(self, to: EmailMessage, text: str, *, about: str) -> Sample:
        """Whoever got a mail of the desk answers it."""
        sender = parseaddr(str(to["To"]))
        mail = self._mail((sender[0] or sender[1], sender[1]), f"Re: {to['Subject']}", text)
        mail["In-Reply-To"] = mail["References"] = str(to["Message-ID"])
        return self._sample(mail, sender[1], about)

    def empty(self) -> Sample:
        sender = person(self._rng)
        return self._sample(self._mail(sender, "", ""), sender[1], f"An empty mail from {sender[0]}")

    # Machines

    def auto_reply(self) -> Sample:
        sender = person(self._rng)
        mail = self._mail(sender, "Automatic reply: Your order", "I am out of the office until Thursday.")
        mail["Auto-Submitted"] = "auto-replied"
        return self._sample(mail, "", f"An automatic reply from {sender[0]}")

    def bounce(self, returned: EmailMessage | None = None) -> Sample:
        """A report that this mail of the desk came back; without one it has no token and is only recorded."""
        lost = returned["To"].addresses[0].addr_spec if returned else person(self._rng)[1]
        daemon = ("Mail Delivery System", "MAILER-DAEMON@mail.example.net")
        mail = self._mail(daemon, "Undelivered Mail Returned to Sender", f"<{lost}>: user unknown")
        mail["Auto-Submitted"] = "auto-replied"
        mail.make_mixed()
        mail.set_type("multipart/report")
        mail.set_param("report-type", "delivery-status")
        mail.attach(_delivery_status(lost))
        if returned is None:
            return self._sample(mail, "", f"A bounce for {lost}")
        header = f"Content-Type: text/rfc822-headers\n\nMessage-ID: {returned['Message-ID']}\n"
        mail.attach(message_from_string(header, policy=policy.SMTP))
        return self._sample(mail, "", f"A bounce of “{returned['Subject']}” for {lost}")

    def list_mail(self) -> Sample:
        sender = ("Partner News", "news@lists.example.net")
        mail = self._mail(sender, "[partner-news] This week at the fair", "All dates at a glance.")
        mail["List-Id"] = "Partner news <partner-news.lists.example.net>"
        mail["List-Unsubscribe"] = "<https://lists.example.net/leave>"
        mail["Precedence"] = "list"
        return self._sample(mail, "bounces@lists.example.net", "A mail from a list")

    def busy_monday(self) -> list[Sample]:
        """Thirty mails in the order in which they came."""
        pick = self._rng.choice
        day: list[Sample] = [
            *(self.complete_ris(sender=pick((ORDERS, DANA)), lang=pick(("en", "de"))) for _ in range(7)),
            *(self.incomplete_ris(sender=pick((ORDERS, DANA))) for _ in range(4)),
            *(self.question(pick(("en", "en", "de"))) for _ in range(9)),
            *(self.auto_reply() for _ in range(3)),
            *(self.bounce() for _ in range(2)),
            *(self.list_mail() for _ in range(2)),
            self.forged_ris(),
            self.hostile_ris("far_cell"),
            self.empty(),
        ]
        self._rng.shuffle(day)
        return day

    def _ris(self, org: Organisation, *, sender: tuple[str, str], lang: str, about: str) -> Sample:
        name = org.company.name
        words = {
            "en": (f"New customer: {name}", f"Hello,\n\nthe RIS for {name} is attached.\n\nKind regards"),
            "de": (f"Neukunde: {name}", f"Guten Tag,\n\nanbei das RIS für {name}.\n\nViele Grüße"),
        }
        subject, text = words[lang]
        mail = self._mail(sender, subject, f"{text}\n{sender[0]}")
        mail.add_attachment(
            _form(org, lang),
            maintype="application",
            subtype=_XLSX,
            filename=f"RIS {name.replace('.', '')}.xlsx",
        )
        return self._sample(mail, sender[1], about)

    def _mail(self, sender: tuple[str, str], subject: str, text: str) -> EmailMessage:
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"] = formataddr(sender)
        mail["To"] = self._desk
        mail["Subject"] = subject
        mail["Date"] = format_datetime(self._now())
        unique = uuid.UUID(int=self._rng.getrandbits(128), version=4)
        mail["Message-ID"] = f"<{unique}@{sender[1].rpartition('@')[2]}>"
        mail.set_content(text)
        return mail

    def _sample(self, mail: EmailMessage, sender: str, about: str) -> Sample:
        if mail.is_multipart():
            mail.set_boundary(f"={self._rng.getrandbits(64):016x}=")  # the default one is never the same
        return Sample(raw=mail.as_bytes(), sender=sender, recipient=self._desk, about=about)


def _form(org: Organisation, lang: str) -> bytes:
    return ris_form(lang, org.company, org.users)


def _delivery_status(lost: str) -> EmailMessage:
    report = (
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mail.example.net",
        "",
        f"Final-Recipient: rfc822; {lost}",
        "Action: failed",
        "Status: 5.1.1",
        "Diagnostic-Code: smtp; 550 5.1.1 user unknown",
    )
    return message_from_string("\n".join(report) + "\n", policy=policy.SMTP)
