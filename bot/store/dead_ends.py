"""What is known of members and partners, as far as it shows who will be locked out."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from sqlite_utils import Database

from bot.domain.dead_ends import MemberFacts, PartnerFacts
from bot.store import accounts
from bot.store.database import maybe_instant, rows


def list_members(db: Database) -> Iterator[tuple[int, tuple[MemberFacts, ...]]]:
    """Each organisation with everybody whose account was not ended."""
    found = rows(
        db,
        """select a.*,
             (select count(*) from phones p
              where p.account_id = a.id and p.verified_at is not null) phones_in_use,
             (select count(*) from recovery_codes r where r.account_id = a.id and r.used_at is null) codes
           from accounts a where a.organisation is not null and a.status <> 'deactivated'
           order by a.organisation, a.id""",
    )
    for organisation, of_it in groupby(found, key=lambda one: int(one["organisation"])):
        yield (
            organisation,
            tuple(
                MemberFacts(
                    account=accounts.from_row(one), phones=one["phones_in_use"], recovery_codes=one["codes"]
                )
                for one in of_it
            ),
        )


def list_partners(db: Database, *, ends_by: date) -> list[PartnerFacts]:
    """Whose account ends by then, or of whose warnings one was lost."""
    found = rows(
        db,
        """with told as (
             select l.account_id, max(o.status not in
                 ('queued', 'held', 'sending', 'unknown', 'sent', 'replaced')
               or exists (select 1 from bounces b where b.job_id = o.id and b.gave_up = 1)) lost
             from lives l
             join life_notices n on n.account_id = l.account_id and n.cycle = l.cycle and n.told = 1
             join outbox o on o.key = 'A-' || n.account_id || ':life:' || n.cycle || ':' || n.stage
             where l.state = 'valid' group by l.account_id)
           select a.*, l.validated_on, l.ends_on, coalesce(t.lost, 0) lost
           from lives l join accounts a on a.id = l.account_id left join told t on t.account_id = l.account_id
           where l.state = 'valid' and a.status = 'active' and (l.ends_on <= :ends_by or t.lost = 1)
           order by l.ends_on, a.id""",
        {"ends_by": ends_by.isoformat()},
    )
    return [
        PartnerFacts(
            account=accounts.from_row(one),
            validated_on=date.fromisoformat(one["validated_on"]),
            ends_on=date.fromisoformat(one["ends_on"]),
            password_set_at=maybe_instant(one["password_set_at"]),
            lost=bool(one["lost"]),
        )
        for one in found
    ]
