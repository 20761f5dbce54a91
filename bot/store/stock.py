"""What the figures of the stock count: who waits for keys, how fast they go, how far down the money is."""

from datetime import date, datetime

from sqlite_utils import Database

from bot.domain.cases import CaseStatus, case_ref
from bot.domain.stock import Wanted
from bot.store.database import row, rows, text_of


def list_unissued(db: Database) -> list[Wanted]:
    """Approved cases with seats that have no key yet, the longest approved first."""
    found = rows(
        db,
        """select c.id, c.status, v.company, count(*) seats from seats s
           join cases c on c.id = s.case_id
           join case_versions v on v.case_id = c.id and v.version = c.version
           left join license_keys k on k.seat_id = s.id
           where s.closed_at is null and k.id is null
           group by c.id, c.status, v.company order by min(s.id)""",
    )
    return [
        Wanted(
            ref=case_ref(entry["id"]),
            company=entry["company"],
            status=CaseStatus(entry["status"]),
            seats=entry["seats"],
        )
        for entry in found
    ]


def list_undecided(db: Database) -> list[int]:
    """Cases of known senders that may still be approved: those in review first, then by age."""
    sql = """select id from cases where status in ('in_review', 'waiting_for_sponsor')
             order by status = 'waiting_for_sponsor', created_at, id"""
    return [int(found["id"]) for found in rows(db, sql)]


def list_named(db: Database) -> list[tuple[int, str]]:
    """Cases in review that name a purchase order, each with its number; the longest waiting first."""
    found = rows(
        db,
        """select c.id, v.ris -> 'company' ->> 'purchase_order' number from cases c
           join case_versions v on v.case_id = c.id and v.version = c.version
           where c.status = 'in_review' and v.ris -> 'company' ->> 'purchase_order' <> ''
           order by c.status_since, c.id""",
    )
    return [(int(entry["id"]), str(entry["number"])) for entry in found]


def count_issued(db: Database, *, since: datetime) -> int:
    """Keys that left the stock since then."""
    sql = "select count(*) n from license_keys where issued_at >= :since and state in ('issued', 'used')"
    found = row(db, sql, {"since": text_of(since)})
    return int(found["n"]) if found else 0


def find_expiring(db: Database, *, on: date, until: date) -> tuple[int, date | None]:
    """How many keys in stock have their last day by then, and the first such day."""
    found = row(
        db,
        """select sum(expires_on <= :until) n, min(expires_on) first from license_keys
           where state = 'stock' and expires_on >= :on""",
        {"on": on.isoformat(), "until": until.isoformat()},
    )
    if not found or found["first"] is None:
        return 0, None
    return int(found["n"]), date.fromisoformat(found["first"])


def find_peak(db: Database, order_id: int) -> int:
    """The most that was available on a purchase order since it was corrected last, in minor units."""
    found = row(
        db,
        """select coalesce(max(available), 0) peak from (
               select id, sum(case when target = 'available' then minor else -minor end)
                      over (order by id) available
               from ledger where purchase_order_id = :id and 'available' in (source, target))
           where id >= coalesce((select max(id) from ledger
                                 where purchase_order_id = :id and kind = 'correction'), 0)""",
        {"id": order_id},
    )
    return int(found["peak"]) if found else 0


def find_payer_case(db: Database, order_id: int) -> int | None:
    """The newest case of a known sponsor for which money was held on a purchase order."""
    found = row(
        db,
        """select l.case_id from ledger l join cases c on c.id = l.case_id
           where l.purchase_order_id = :id and l.kind = 'hold' and c.authorised = 1
           order by l.id desc limit 1""",
        {"id": order_id},
    )
    return int(found["case_id"]) if found else None
