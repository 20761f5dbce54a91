"""How long accounts last: one row an account with the next time to look at it, and what was told when."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Self

from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.lifecycle import Delivery, Life, LifeState, Move, Moved, Stage, StageNotice
from bot.domain.people import GONE_ADDRESS
from bot.store import accounts
from bot.store.database import count_each, instant, listed, maybe_instant, row, rows, text_of

LAST = 2**63 - 1  #: no account has a higher number


@dataclass(frozen=True, kw_only=True)
class Row:
    """A life as it is kept, with whose it is; `next_at`: when it is to be looked at, None for never."""

    life: Life
    account: Account
    next_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a look at many of them goes on: after that time and account."""

    next_at: str = ""
    account_id: int = 0

    @classmethod
    def after(cls, moment: datetime) -> Self:
        """Behind everything that was to be looked at by that moment."""
        return cls(next_at=text_of(moment), account_id=LAST)


def add(db: Database, life: Life, *, next_at: datetime | None) -> bool:
    """False where the account has one."""
    return bool(add_all(db, [(life, next_at)]))


def add_all(db: Database, lives: Iterable[tuple[Life, datetime | None]]) -> int:
    """Each with when it is to be looked at; of how many accounts that had none."""
    return count_each(
        db,
        """insert into lives (account_id, validated_on, ends_on, validations, cycle, state, next_at)
           values (:account_id, :validated_on, :ends_on, :validations, :cycle, :state, :next_at)
           on conflict do nothing""",
        [_values(life, next_at) for life, next_at in lives],
    )


def save_all(db: Database, lives: Iterable[tuple[Life, datetime | None]]) -> None:
    """Each with when it is to be looked at next, in the transaction in which it was read."""
    count_each(
        db,
        """update lives set validated_on = :validated_on, ends_on = :ends_on, validations = :validations,
             cycle = :cycle, state = :state, next_at = :next_at
           where account_id = :account_id""",
        [_values(life, next_at) for life, next_at in lives],
    )


def note_all(db: Database, notices: Iterable[tuple[Life, Stage, bool]], *, at: datetime) -> None:
    """Stages that are told (True) or skipped in a life's cycle."""
    moment = text_of(at)
    count_each(
        db,
        """insert into life_notices (account_id, cycle, stage, ends_on, told, at, back_until)
           values (:account_id, :cycle, :stage, :ends_on, :told, :at, :back_until) on conflict do nothing""",
        [
            {
                "account_id": life.account_id,
                "cycle": life.cycle,
                "stage": stage,
                "ends_on": life.ends_on.isoformat(),
                "told": int(told),
                "at": moment,
                "back_until": back_until.isoformat() if back_until else None,
            }
            for life, stage, told in notices
            for back_until in [next((one.back_until for one in life.notices if one.stage is stage), None)]
        ],
    )


def promise_all(db: Database, promises: Iterable[tuple[Life, date]]) -> None:
    """Until when each can come back, where its mails have said so and it was not kept then."""
    count_each(
        db,
        """update life_notices set back_until = :back_until
           where account_id = :account_id and cycle = :cycle and told = 1 and back_until is null""",
        [
            {"account_id": life.account_id, "cycle": life.cycle, "back_until": back_until.isoformat()}
            for life, back_until in promises
        ],
    )


def find(db: Database, account_id: int) -> Row | None:
    """The life of an account; None where it has none."""
    found = row(db, f"{_ROWS} where l.account_id = :id", {"id": account_id})
    return next(iter(_read(db, [found]))) if found else None


def list_due(db: Database, *, until: datetime, after: Place, limit: int) -> tuple[list[Row], Place]:
    """Those to be looked at by then, in that order, from a place on; with the place to go on from."""
    values = {"until": text_of(until), "next_at": after.next_at, "id": after.account_id, "limit": limit}
    found = rows(
        db,
        f"""{_ROWS} where l.next_at <= :until and (l.next_at, l.account_id) > (:next_at, :id)
            order by l.next_at, l.account_id limit :limit""",
        values,
    )
    if not found:
        return [], after
    return _read(db, found), Place(next_at=found[-1]["next_at"], account_id=found[-1]["account_id"])


def list_after(db: Database, account_id: int, *, limit: int) -> list[Row]:
    """Those that are looked at some time, by their accounts, from one on."""
    return _read(
        db,
        rows(
            db,
            f"""{_ROWS} where l.account_id > :id and l.next_at is not null
                order by l.account_id limit :limit""",
            {"id": account_id, "limit": limit},
        ),
    )


def count_due(db: Database, *, after: datetime | None, until: datetime) -> int:
    """How many are to be looked at by then, and not by `after`."""
    sql = "select count(*) as many from lives where next_at <= :until and next_at > :after"
    (found,) = rows(db, sql, {"until": text_of(until), "after": text_of(after) if after else ""})
    return int(found["many"])


def count_told(db: Database, *, since: datetime) -> int:
    """How many mails the clock queued since then."""
    (found,) = rows(
        db,
        "select count(*) as many from life_notices where told = 1 and at >= :since",
        {"since": text_of(since)},
    )
    return int(found["many"])


def count_alike(db: Database, *, until: datetime) -> list[tuple[Life, int]]:
    """The lives of active accounts that are looked at by then, each kind of them once; how many of each.

    Alike: the same state and end, and the same told on the same days. A mail that was queued is taken as
    arrived; what is told of accounts and validations is not kept.
    """
    found = rows(
        db,
        """select state, ends_on, told, count(*) as many from (
             select l.state, l.ends_on, coalesce((
                 select group_concat(printf('%s %d %s %s', n.stage, n.told, n.ends_on, substr(n.at, 1, 10)))
                 from life_notices n where n.account_id = l.account_id and n.cycle = l.cycle), '') as told
             from lives l join accounts a on a.id = l.account_id
             where l.next_at <= :until and a.status = 'active')
           group by state, ends_on, told""",
        {"until": text_of(until)},
    )
    return [(_alike(one), int(one["many"])) for one in found]


def _alike(found: Mapping[str, Any]) -> Life:
    notices = []
    for said in filter(None, found["told"].split(",")):
        stage, told, ends_on, day = said.split()
        delivery = Delivery.SENT if told == "1" else Delivery.SKIPPED
        sent_at = datetime.combine(date.fromisoformat(day), time(), UTC) if told == "1" else None
        notices.append(
            StageNotice(
                stage=Stage(stage), ends_on=date.fromisoformat(ends_on), delivery=delivery, sent_at=sent_at
            )
        )
    ends_on = date.fromisoformat(found["ends_on"])
    state = LifeState(found["state"])
    return Life(account_id=0, validated_on=ends_on, ends_on=ends_on, state=state, notices=tuple(notices))


def add_move(db: Database, account_id: int, moved: Moved) -> None:
    add_moves(db, [(account_id, moved)])


def add_moves(db: Database, moves: Iterable[tuple[int, Moved]]) -> None:
    count_each(
        db,
        """insert into life_moves (account_id, at, actor, how, ends_on, reason)
           values (:id, :at, :by, :how, :ends_on, :reason)""",
        [
            {
                "id": account_id,
                "at": text_of(moved.at),
                "by": moved.by,
                "how": moved.how,
                "ends_on": moved.ends_on.isoformat(),
                "reason": moved.reason,
            }
            for account_id, moved in moves
        ],
    )


def list_moves(db: Database, account_id: int) -> list[Moved]:
    """Every end that an account had, the first one first."""
    found = rows(db, "select * from life_moves where account_id = :id order by id", {"id": account_id})
    return [
        Moved(
            at=instant(one["at"]),
            by=one["actor"],
            how=Move(one["how"]),
            ends_on=date.fromisoformat(one["ends_on"]),
            reason=one["reason"],
        )
        for one in found
    ]


_ROWS = """select a.*, l.account_id, l.validated_on, l.ends_on, l.validations, l.cycle, l.state, l.next_at
           from lives l join accounts a on a.id = l.account_id"""


def _read(db: Database, found: Sequence[Mapping[str, Any]]) -> list[Row]:
    told = _list_notices(db, [one["account_id"] for one in found]) if found else {}
    return [
        Row(
            life=Life(
                account_id=one["account_id"],
                validated_on=date.fromisoformat(one["validated_on"]),
                ends_on=date.fromisoformat(one["ends_on"]),
                validations=one["validations"],
                cycle=one["cycle"],
                state=LifeState(one["state"]),
                notices=tuple(told.get(one["account_id"], ())),
            ),
            account=accounts.from_row(one),
            next_at=maybe_instant(one["next_at"]),
        )
        for one in found
    ]


def _list_notices(db: Database, account_ids: Collection[int]) -> dict[int, list[StageNotice]]:
    """Those of each life's cycle, with how far its mail is.

    One that came back, or that went to an address of before, has not reached the owner.
    """
    inside, values = listed("id", map(str, account_ids))
    found = rows(
        db,
        f"""select n.account_id, n.stage, n.ends_on, n.told, n.back_until, o.status, o.sent_at,
              exists (select 1 from bounces b where b.job_id = o.id and b.gave_up = 1)
                or o.recipient not in (a.email, :gone) as missed
            from lives l
            join accounts a on a.id = l.account_id
            join life_notices n on n.account_id = l.account_id and n.cycle = l.cycle
            left join outbox o on o.key = 'A-' || n.account_id || ':life:' || n.cycle || ':' || n.stage
            where l.account_id in ({inside})""",
        {**values, "gone": GONE_ADDRESS},
    )
    lives: dict[int, list[StageNotice]] = {}
    for one in found:
        delivery = _delivery(one)
        notice = StageNotice(
            stage=Stage(one["stage"]),
            ends_on=date.fromisoformat(one["ends_on"]),
            delivery=delivery,
            sent_at=maybe_instant(one["sent_at"]) if delivery is Delivery.SENT else None,
            back_until=date.fromisoformat(one["back_until"]) if one["back_until"] else None,
        )
        lives.setdefault(one["account_id"], []).append(notice)
    return lives


def job_key(life: Life, stage: Stage) -> str:
    """Under which its mail stands in the outbox."""
    return f"A-{life.account_id}:life:{life.cycle}:{stage}"


def _delivery(found: Mapping[str, Any]) -> Delivery:
    if not found["told"]:
        return Delivery.SKIPPED
    if found["status"] in ("queued", "held", "sending", "unknown"):
        return Delivery.WAITING
    return Delivery.SENT if found["status"] == "sent" and not found["missed"] else Delivery.LOST


def _values(life: Life, next_at: datetime | None) -> dict[str, Any]:
    return {
        "account_id": life.account_id,
        "validated_on": life.validated_on.isoformat(),
        "ends_on": life.ends_on.isoformat(),
        "validations": life.validations,
        "cycle": life.cycle,
        "state": life.state,
        "next_at": text_of(next_at) if next_at else None,
    }


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped."""
    db.executescript("""
        create table lives (
            account_id integer primary key references accounts (id) on delete cascade,
            validated_on text not null,
            ends_on text not null,
            validations integer not null,
            cycle integer not null,
            state text not null,
            next_at text
        );
        create index lives_due on lives (next_at, account_id) where next_at is not null;
        create table life_notices (
            account_id integer not null references lives (account_id) on delete cascade,
            cycle integer not null,
            stage text not null,
            ends_on text not null,
            told integer not null,
            at text not null,
            primary key (account_id, cycle, stage)
        ) without rowid;
        create index life_notices_by_time on life_notices (at) where told = 1;
        create table life_moves (
            id integer primary key,
            account_id integer not null references accounts (id) on delete cascade,
            at text not null,
            actor text not null,
            how text not null,
            ends_on text not null,
            reason text not null
        );
        create index life_moves_by_account on life_moves (account_id);
    """)


def add_promises(db: Database) -> None:
    """The step of a later migration: what a mail has said of the way back holds.

    The rules are followed anew at the next look, which writes down what was said before.
    """
    db.execute("alter table life_notices add column back_until text")
    db.execute("delete from rounds where name = 'life rules'")
