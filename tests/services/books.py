"""What must hold of money, seats and License Keys at any moment, added up naively from the bare rows."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sqlite_utils import Database

from bot.domain.events import EventTag
from bot.services import audit
from bot.store.database import rows

#: from where to where money may go, and whether for a case; written down anew, not taken from the product
WAYS = {
    "deposit": ("prepaid", "available", False),
    "hold": ("available", "held", True),
    "release": ("held", "available", True),
    "debit": ("held", "spent", True),
    "refund": ("spent", "available", True),
}
UNDER_WAY = ("approved", "purchasing", "provisioning")
STANDING = (*UNDER_WAY, "invited", "live")
MLOA = "hardware."  #: begins the addresses of users with a certificate of their own

Seat = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """What the test saw approved: how many seats at which price, numbered from `first`, and who pays."""

    purchase_order: int
    price: int
    first: int
    many: int


@dataclass
class Books:
    """What the test knows by itself: it is never read from the program's own tables."""

    paid: Counter[int] = field(default_factory=Counter)  #: minor units, by purchase order
    imported: int = 0
    #: of the cases whose approval stands; None where others approve, whom the test does not see
    orders: dict[int, Ordered] | None = field(default_factory=dict)
    unbought: set[int] = field(default_factory=set)  #: of them those whose keys were left out


def check(db: Database, books: Books, *, mailed: Collection[str]) -> None:
    """Raise AssertionError for what does not add up; `mailed`: the tails of keys that ever left the house."""
    seats = _list_seats(db)
    check_money(db, books.paid, seats)
    check_seats(db, seats)
    if books.orders is not None:
        check_orders(books.orders, books.unbought, seats)
    check_keys(db, books.imported, seats, mailed)
    check_counts(db)
    check_steps(db)
    assert audit.verify(db).broken_at is None


def _list_seats(db: Database) -> list[Seat]:
    sql = """select s.*, k.id key_id, k.state from seats s left join license_keys k on k.seat_id = s.id
             order by s.case_id, s.number"""
    return rows(db, sql)


def check_money(db: Database, paid: Mapping[int, int], seats: Collection[Seat]) -> None:
    """Every entry takes what it gives, nothing goes below nothing, and each cent is where it belongs."""
    accounts: Counter[tuple[int, str]] = Counter()
    of_cases: Counter[tuple[int, int, str]] = Counter()
    deposits: Counter[int] = Counter()
    for entry in rows(db, "select * from ledger order by id"):
        order, case, minor = entry["purchase_order_id"], entry["case_id"], entry["minor"]
        assert minor > 0, entry
        assert (entry["source"], entry["target"], case is not None) == WAYS[entry["kind"]], entry
        for account, moved in ((entry["source"], -minor), (entry["target"], minor)):
            accounts[order, account] += moved
            assert account == "prepaid" or accounts[order, account] >= 0, entry
            if account in ("held", "spent"):
                of_cases[order, case, account] += moved
                assert of_cases[order, case, account] >= 0, entry
        deposits[order] += minor if entry["kind"] == "deposit" else 0
    assert deposits == paid
    assert sum(accounts.values()) == 0
    owed: Counter[tuple[int, int, str]] = Counter()
    for seat in seats:
        if seat["purchase_order_id"] is not None and (seat["key_id"] or not seat["closed_at"]):
            where = "spent" if seat["key_id"] else "held"
            owed[seat["purchase_order_id"], seat["case_id"], where] += seat["minor"]
    assert +of_cases == owed
    for order, minor in paid.items():
        assert accounts[order, "prepaid"] == -minor
        assert minor == sum(accounts[order, where] for where in ("available", "held", "spent"))


def check_seats(db: Database, seats: Collection[Seat]) -> None:
    """Seats are open for cases that stand only, or because their key is bound to its owner."""
    status = {case["id"]: case["status"] for case in rows(db, "select id, status from cases")}
    for seat in seats:
        assert MLOA not in seat["holder"], seat
        assert bool(seat["holder"]) == bool(seat["used_in"]) or seat["closed_at"], seat
        if not seat["closed_at"] and seat["state"] != "used":
            assert status[seat["case_id"]] in STANDING, (seat, status[seat["case_id"]])
            assert status[seat["used_in"] or seat["case_id"]] in STANDING, seat


def check_orders(orders: Mapping[int, Ordered], unbought: Collection[int], seats: Collection[Seat]) -> None:
    """What was approved is there, seat for seat at its price; of what does not stand nothing is left."""
    of_case = defaultdict(list)
    for seat in seats:
        of_case[seat["case_id"]].append(seat)
    assert all(order.many == 0 or case in of_case for case, order in orders.items())
    for case, bought in of_case.items():
        assert all(before["number"] + 1 == after["number"] for before, after in pairwise(bought))
        order = orders.get(case)
        for seat in bought:
            if order is None or seat["number"] < order.first:
                assert seat["closed_at"] or seat["state"] == "used", seat
                continue
            assert (seat["purchase_order_id"], seat["minor"]) == (order.purchase_order, order.price), seat
            assert not seat["closed_at"] or seat["state"] == "void" or case in unbought, seat
        if order is not None:
            assert bought[-1]["number"] == order.first + order.many - 1


def check_keys(db: Database, imported: int, seats: Collection[Seat], mailed: Collection[str]) -> None:
    """Each key is in one place, and one that anybody may know is never stock again."""
    keys = rows(db, "select id, tail, state, seat_id, mailed_at from license_keys")
    assert len(keys) == imported
    tails = {key["tail"] for key in keys}
    assert len(tails) == imported
    assert tails >= set(mailed)
    taken = [key["seat_id"] for key in keys if key["seat_id"] is not None]
    assert len(taken) == len(set(taken))
    closed = {seat["id"] for seat in seats if seat["closed_at"]}
    for key in keys:
        known = key["tail"] in mailed
        assert not known or key["state"] != "stock", f"{key} was mailed and is in stock"
        assert not known or key["mailed_at"], f"{key} was mailed and nobody noted it"
        assert key["state"] != "stock" or (key["seat_id"] is None and key["mailed_at"] is None), key
        assert key["state"] not in ("issued", "used") or key["seat_id"] is not None, key
        assert key["state"] != "issued" or key["seat_id"] not in closed, key


def check_counts(db: Database) -> None:
    """The trail tells of as many keys as there are in seats."""
    told: Counter[str] = Counter()
    for event in audit.export(db):
        if event.tag == EventTag.KEYS_ISSUED:
            told["in seats"] += int(str(event.data["count"]))
        elif event.tag == EventTag.KEYS_RETURNED:
            told["in seats"] -= int(str(event.data["returned"]))
    (found,) = rows(db, "select count(*) n from license_keys where seat_id is not null")
    assert told["in seats"] == found["n"]


def check_steps(db: Database) -> None:
    """No key waits to be mailed where its step says that all of them were."""
    unmailed = rows(
        db,
        """select s.id, k.id key_id from seats s join license_keys k on k.seat_id = s.id
           join case_steps t on t.case_id = s.used_in and t.name = 'key_mails' and t.state = 'done'
           where s.closed_at is null and k.state = 'issued' and k.mailed_at is null""",
    )
    assert unmailed == []


def check_at_rest(db: Database) -> None:
    """Once nothing is due any more: nobody waits for what is there, and whoever has a key was sent it."""
    assert not rows(db, "select 1 from outbox where kind in ('step', 'mail') and status = 'sending'")
    (stock,) = rows(db, "select count(*) n from license_keys where state = 'stock'")
    for case in rows(db, "select id, status from cases"):
        steps = rows(db, "select name, state, reason from case_steps where case_id = :id", case)
        if case["status"] in UNDER_WAY:
            assert "running" not in {step["state"] for step in steps}, (case, steps)
            if blocked := [step["reason"] for step in steps if step["state"] == "blocked"]:
                wants = _count_keyless(db, case["id"])
                assert wants["bought"] > stock["n"] if "out_of_stock" in blocked else wants["all"], (
                    case,
                    wants,
                )
        elif case["status"] in STANDING:
            ended = {step["state"] for step in steps if step["reason"] != "not_registered"}
            assert ended <= {"done", "skipped"}, (case, steps)
    unsent = rows(
        db,
        """select s.id, k.id key_id from seats s join license_keys k on k.seat_id = s.id
           join case_steps t on t.case_id = s.used_in and t.name = 'key_mails' and t.state = 'done'
           where s.holder <> '' and s.closed_at is null and k.state = 'issued' and not exists (
               select 1 from key_mails m join outbox o on o.key = m.outbox_key
               where m.key_id = k.id and o.status = 'sent')""",
    )
    assert unsent == []


def _count_keyless(db: Database, case_id: int) -> dict[str, int]:
    (found,) = rows(
        db,
        """select coalesce(sum(s.case_id = :id), 0) bought, count(*) "all" from seats s
           left join license_keys k on k.seat_id = s.id
           where :id in (s.case_id, s.used_in) and s.closed_at is null and k.id is null""",
        {"id": case_id},
    )
    return found
