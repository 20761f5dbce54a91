"""Whether each group that decides something has people who can: looked at by the doctor, and every night."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.alarms import Trouble
from bot.domain.approvals import ApprovalRules
from bot.domain.staff import Act
from bot.services.alarms import clear_alarm, raise_alarm
from bot.services.staff import StaffList
from bot.store import alarms

ESCALATION = "escalation"  #: the name of those whom an escalation adds, beside the acts


@dataclass(frozen=True, kw_only=True)
class Group:
    """Those who decide one thing, as the workspace knows them now."""

    name: str  #: an Act, or ESCALATION
    people: int  #: full members among them
    needed: int
    unknown: tuple[str, ...]  #: names of whom the workspace knows nobody

    @property
    def enough(self) -> bool:
        return self.people >= self.needed

    @property
    def sentence(self) -> str:
        """What is wrong with it; "" where nothing is."""
        people = "nobody" if not self.people else f"only {self.people}"
        lacking = [] if self.enough else [f"{people} of the {self.needed} who are needed can act"]
        said = [*lacking, *(f"{name} is not found" for name in self.unknown)]
        return f"{self.name}: {', '.join(said)}" if said else ""


def list_groups(staff: StaffList, rules: ApprovalRules) -> Iterator[Group]:
    """Each act's group, and whom an escalation adds where anybody is named; raises Slack's failures."""
    for act in Act:
        needed = 2 if act is Act.REVIEW and rules.may_ask_second else 1
        yield _group(staff, act, staff.names_of(act), needed)
    if staff.escalate_to:
        yield _group(staff, ESCALATION, staff.escalate_to, 1)


def _group(staff: StaffList, name: str, names: tuple[str, ...], needed: int) -> Group:
    people = len(staff.full_members(names))
    return Group(name=str(name), people=people, needed=needed, unknown=tuple(staff.list_unknown(names)))


def watch(db: Database, staff: StaffList, rules: ApprovalRules, *, now: datetime) -> None:
    """Tell the support channel once of a group with too few people, and once when it has enough again.

    An unknown name among others who are enough is the doctor's business: nobody waits for it.
    """
    opened = {alarm.name: alarm for alarm in alarms.list_open(db)}
    for group in list_groups(staff, rules):
        name = f"group {group.name}"
        if not group.enough:
            raise_alarm(db, Trouble(name=name, sentence=group.sentence, since=now), now=now)
        elif name in opened:
            clear_alarm(db, opened[name], until=now, now=now)
