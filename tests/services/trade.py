"""A desk that buys: forms come, people decide, keys go out, workers die; every cent and key is followed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from bot.domain.approvals import RejectionReason
from bot.domain.case_steps import StepName, StepState
from bot.domain.cases import Case, CaseStatus
from bot.domain.license_keys import Holder, KeyVoided, Seat
from bot.domain.outbox import LEASE, JobStatus
from bot.domain.provisioning import Record
from bot.domain.ris import Credential, RisCase, Role, User
from bot.domain.staff import Staff
from bot.services import (
    additions,
    approvals,
    case_step_hands,
    cases,
    corrections,
    license_keys,
    outbox,
    vouchers,
    withdrawals,
)
from bot.store import case_steps, purchase_orders, seats
from bot.store import license_keys as key_store
from bot.store.database import rows
from tests.cast import AVERY, BLAKE, CASEY, a_case, a_submission
from tests.forms import COMPANY, MARA
from tests.license_keys import a_desk
from tests.services import books
from tests.services.books import Books, Ordered
from tests.services.crew import KINDS, Crew
from tests.services.stocked import PRICE, a_voucher_file, pay_in, priced

GOOD, SMALL, UNKNOWN, NONE = "PO-4711", "PO-12", "PO-99", ""
KEY = re.compile(r"KEY-[0-9]{3}([0-9]{3})")  #: with the tail that staff see


@dataclass
class Trade(Crew):
    """One desk, and beside it what whoever watches from outside knows."""

    books: Books = field(default_factory=Books)
    forms: int = 0
    imported: int = 0
    owners: dict[str, str] = field(default_factory=dict)  #: to whom each key goes, by its tail
    mailed: set[str] = field(default_factory=set)  #: tails of keys that anybody outside may have seen
    _read: int = 0

    @property
    def _orders(self) -> dict[int, Ordered]:
        assert self.books.orders is not None
        return self.books.orders

    def check(self) -> None:
        self._read_mails()
        with self.office.connect() as db:
            books.check(db, self.books, mailed=self.mailed)

    def _read_mails(self) -> None:
        """Every key goes to its one owner, whom only a hand-over changes."""
        new = self.office.mailer.sent[self._read :]
        self._read += len(new)
        for mail in new:
            for tail in KEY.findall(mail.text):
                owner = self.owners.setdefault(tail, mail.to)
                assert mail.to == owner, f"the key of {owner} went to {mail.to}"
                assert not mail.to.startswith(books.MLOA)
                self.mailed.add(tail)

    # What comes in

    def pay_in(self, number: str, euros: int) -> None:
        order = pay_in(self.office, str(euros), number=number)
        self.books.paid[order.id] += euros * 100

    def import_keys(self, many: int, *, again: bool = False) -> None:
        """A file; with `again` one of which a part was imported before, so that nothing of it is taken."""
        content = a_voucher_file(many, first=self.imported + (0 if again and self.imported else 1))
        with self.office.connect() as db:
            looked = vouchers.import_file(
                db, self.office.desk, self.office.reader, name="v.csv", content=content, by="cli:anna",
                now=self.office.now,
            )  # fmt: skip
        assert looked.imported != (again and self.imported > 0)
        if looked.imported:
            self.imported += many
            self.books.imported += many

    def form(self, company: int, people: Sequence[int], *, hardware: int, spare: int, number: str) -> RisCase:
        self.forms += 1
        users = [a_user(company, one, hardware=False) for one in people]
        users += [a_user(company, one, hardware=True) for one in range(hardware)]
        users = [replace(users[0], role=Role.ORGANIZATION_ADMINISTRATOR), *users[1:]]
        filled = replace(
            COMPANY,
            name=f"Works {company} GmbH",
            street=f"Hafenstraße {self.forms}",
            seats=len(people) + spare,
            purchase_order=number,
            contact_email=f"contact@works{company}.example.com",
        )
        return RisCase(company=filled, users=tuple(users))

    def a_form_comes(self, ris: RisCase) -> Case:
        """Each in a mail of its own."""
        return a_case(self.office, replace(a_submission(), ris=ris, mail_id=self.forms))

    # What people decide

    def list_cases(self, *statuses: CaseStatus) -> list[Case]:
        with self.office.connect() as db:
            found = rows(db, "select id, status from cases order by id")
            return [cases.get_case(db, f"C-{one['id']}") for one in found if one["status"] in statuses]

    def join(self, case: Case, root: Case) -> bool:
        """BLAKE says that the case is of that organisation."""

        def act() -> None:
            with self.office.connect() as db:
                additions.confirm_same(
                    db, self.office.desk, ref=case.ref, other=root.ref, seen=case.content_hash, by=BLAKE,
                    now=self.office.now,
                )  # fmt: skip

        return self.attempt("join", act)

    def approve(self, case: Case, *, by: Staff, picked: int | None) -> bool:
        """The sum is foretold: from the form, and from the seats that the organisation has over."""
        office = self.office
        with office.connect() as db:
            holders = [one for one in case.ordered_users if one.credential == Credential.PHONE_OTP]
            ordered = case.ris.company.seats
            assert isinstance(ordered, int)
            if case.addition is None:
                many = max(len(holders), ordered)
            else:
                many = len(holders) - min(len(holders), len(seats.list_spare(db, case.addition.of)))
            named = purchase_orders.find(db, case.ris.company.purchase_order)
            order = Ordered(
                purchase_order=picked or (named.id if named else 0),
                price=PRICE * 100,
                first=seats.count_of_case(db, case.id) + 1,
                many=many,
            )

            def act() -> None:
                approvals.approve(
                    db, office.desk, ref=case.ref, seen=case.content_hash, by=by, now=office.now,
                    purchase_order=picked,
                )  # fmt: skip

            approved = self.attempt("approve", act)
        if approved:
            self._orders[case.id] = order
            self.books.unbought.discard(case.id)
        return approved

    def end(self, case: Case, how: str) -> bool:
        """Reject, withdraw, stop or correct it, as it was seen."""
        if ended := self.attempt(how, lambda: self._end(case, how)):
            self._orders.pop(case.id, None)
            self._forget_owners()
        return ended

    def _forget_owners(self) -> None:
        """A key that nobody was sent, though its seat was handed over, may come back and be anybody's."""
        with self.office.connect() as db:
            free = rows(
                db,
                """select tail from license_keys k left join seats s on s.id = k.seat_id
                   where k.state = 'stock' or s.holder = ''""",
            )
        for key in free:
            if key["tail"] not in self.mailed:
                self.owners.pop(key["tail"], None)

    def _end(self, case: Case, how: str) -> None:
        office, ref, seen, now = self.office, case.ref, case.content_hash, self.office.now
        with office.connect() as db:
            match how:
                case "reject":
                    reason = RejectionReason.OTHER
                    approvals.reject(
                        db, office.desk, ref=ref, seen=seen, by=AVERY, reason=reason, note="", now=now
                    )
                case "withdraw":
                    withdrawals.withdraw(db, office.desk, ref=ref, seen=seen, by=BLAKE, now=now)
                case "stop":
                    case_step_hands.stop(
                        db, office.desk, ref=ref, seen=seen, reason="over", by=AVERY, code="", now=now
                    )
                case "correct":
                    newer = replace(a_submission(), ris=self._corrected(case))
                    corrections.reopen(db, office.desk, newer, ref=ref, seen=seen, by=BLAKE, now=now)

    def _corrected(self, case: Case) -> RisCase:
        self.forms += 1
        company = replace(case.ris.company, street=f"Hafenstraße {self.forms}", purchase_order=GOOD)
        return replace(case.ris, company=company)

    # What people do with steps

    def lend_a_hand(self, case: Case, how: str) -> bool:
        """Retry, skip (both yeses) or enter what was made by hand, at whatever step the case is."""
        with self.office.connect() as db:
            open_to = [one for one in case_steps.list_of_case(db, case.id) if one.state in OPEN]
        return bool(open_to) and self.attempt(how, lambda: self._lend(case, how, open_to[0].name))

    def _lend(self, case: Case, how: str, step: StepName) -> None:
        desk, ref, seen, now = self.office.desk, case.ref, case.content_hash, self.office.now
        with self.office.connect() as db:
            if how == "retry":
                case_step_hands.retry(db, ref=ref, seen=seen, step=step, by=BLAKE, now=now)
            elif how == "enter":
                records = {step: Record(number="4711")} if step in case_step_hands.BY_HAND else {}
                case_step_hands.enter(db, ref=ref, seen=seen, records=records, by=BLAKE, now=now)
            else:
                given = {"ref": ref, "seen": seen, "step": step, "reason": "so", "code": "", "now": now}
                for by in (AVERY, CASEY):
                    if case_step_hands.skip(db, desk, by=by, **given):  # type: ignore[arg-type]
                        self.books.unbought |= {case.id} if step is StepName.KEYS else set()

    # What people do with keys

    def list_seats(self) -> list[Seat]:
        with self.office.connect() as db:
            found = rows(db, "select id from seats order by id")
            return [seat for one in found if (seat := seats.find(db, one["id"]))]

    def hand_over(self, seat: Seat, to: Holder) -> bool:
        def act() -> None:
            with self.office.connect() as db:
                license_keys.hand_over(
                    db,
                    self.office.desk,
                    seat_id=seat.id,
                    seen=seat.seal,
                    to=to,
                    by=AVERY,
                    now=self.office.now,
                )

        handed = self.attempt("hand_over", act)
        if handed and seat.key and self.to_users:
            self.owners[seat.key.tail] = to.email
        return handed

    @staticmethod
    def heir(number: int) -> Holder:
        return Holder(name=f"Heir {chr(64 + number)}", email=f"heir{number}@works.example.com")

    @property
    def to_users(self) -> bool:
        return self.office.desk.policy.mag.keys_to == "users"

    def void(self, key_id: int) -> bool:
        def act() -> None:
            with self.office.connect() as db:
                key = key_store.find(db, key_id)
                seat = seats.find(db, key.seat_id) if key and key.seat_id else None
                license_keys.void(
                    db, self.office.desk, key_id=key_id, seen=seat.seal if seat else "",
                    why=KeyVoided.EXPOSED, by=CASEY, now=self.office.now,
                )  # fmt: skip

        return self.attempt("void", act)

    def send_again(self, seat: Seat) -> bool:
        def act() -> None:
            with self.office.connect() as db:
                license_keys.send_again(db, self.office.desk, seat_id=seat.id, by=BLAKE, now=self.office.now)

        return self.attempt("send_again", act)

    def use(self, key_id: int) -> bool:
        def act() -> None:
            with self.office.connect() as db:
                license_keys.mark_used(db, key_id=key_id, now=self.office.now)

        return self.attempt("use", act)

    def mend_mail(self, pick: int, how: str) -> bool:
        """Staff try a mail again that failed or is unknown, or drop one that waits."""
        waits = [job for job in self.office.mails() if job.status in (JobStatus.FAILED, JobStatus.UNKNOWN)]
        waits += [job for job in self.office.mails() if how == "discard" and job.status is JobStatus.QUEUED]
        if not waits:
            return False
        job = waits[pick % len(waits)]

        def act() -> None:
            with self.office.connect() as db:
                (outbox.retry if how == "retry" else outbox.discard)(
                    db, job.id, by=BLAKE.id, now=self.office.now
                )

        return self.attempt(f"{how} mail", act)

    # What comes at the end

    def come_to_rest(self) -> None:
        """Everybody is done or dead, there are keys for all, and what failed is tried again."""
        for worker in self.workers:
            self.die(worker, provably=True)
        self.wait(LEASE / timedelta(minutes=1) + 1)
        self._work_till_quiet()
        self.import_keys(60)
        self._work_till_quiet()

    def _work_till_quiet(self) -> None:
        for _ in range(40):
            self.work()
            if not any(job.kind in KINDS and job.status is JobStatus.QUEUED for job in self.office.jobs()):
                break
            self.wait(60)
        with self.office.connect() as db:
            books.check_at_rest(db)


OPEN = (StepState.BLOCKED, StepState.DESK, StepState.FAILED)


def a_user(company: int, number: int, *, hardware: bool) -> User:
    name = f"{'Harda' if hardware else 'Nia'} {chr(65 + number)}ost"
    address = f"{books.MLOA if hardware else 'user'}{number}@works{company}.example.com"
    credential = Credential.MLOA_HARDWARE if hardware else Credential.PHONE_OTP
    first, _, last = name.partition(" ")
    return replace(
        MARA, first_name=first, last_name=last, email=address, credential=credential, role=Role.USER
    )


def a_trade(folder: Path, *, keys_to: str = "users") -> Trade:
    """A desk with a large and a small purchase order, and a few keys."""
    office = a_desk(folder, keys_to=keys_to)
    office.bot = priced(office.bot, PRICE)
    trade = Trade(office)
    trade.pay_in(GOOD, 1200)
    trade.pay_in(SMALL, 200)
    trade.import_keys(5)
    return trade
