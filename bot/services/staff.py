"""Who acts, and what they may: full members whom settings and policy name, nobody else."""

import re
from collections.abc import Mapping, Sequence

from bot.domain.errors import UnknownColleague
from bot.domain.staff import Act, Staff
from bot.ports import Chat

#: a mention as Slack writes it, with or without the name, or the bare id
_MENTIONED = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|([UW][A-Z0-9]{5,})")


class StaffList:
    """Asks the workspace; the adapter remembers its answers for some minutes."""

    def __init__(
        self,
        chat: Chat,
        *,
        staff: Sequence[str],
        groups: Mapping[Act, Sequence[str]],
        escalate_to: Sequence[str] = (),
    ) -> None:
        self._chat = chat
        self._staff = tuple(staff)
        self._groups = {act: tuple(names) for act, names in groups.items()}
        self._escalate_to = tuple(escalate_to)

    def who(self, user_id: str, *, away: Sequence[str] = ()) -> Staff:
        """The person with their rights now; `away`: colleagues who left them theirs. Who decides is staff."""
        member = self._chat.member(user_id)
        acts = frozenset(act for act in self._groups if member.full and user_id in self.deciders(act))
        added = member.full and user_id in self._chat.resolve(self._escalate_to)
        return Staff(
            id=user_id,
            name=member.name,
            staff=bool(acts) or added or (member.full and user_id in self._chat.resolve(self._staff)),
            acts=acts,
            added=added,
            email=member.email.lower(),
            stands_for=tuple(self.who(person) for person in away),
        )

    def has_address(self, address: str) -> bool:
        """Whether one of the staff has that address in the workspace."""
        return any(self.who(one).staff for one in self._chat.resolve([address]))

    def name_of(self, who: str) -> str:
        """The name of a Slack id; whoever acts elsewhere is called as the trail calls them."""
        return who if ":" in who else self._chat.member(who).name

    def full_members(self, names: Sequence[str]) -> frozenset[str]:
        """Those of them who may act at all."""
        return frozenset(who for who in self._chat.resolve(names) if self._chat.member(who).full)

    def list_unknown(self, names: Sequence[str]) -> list[str]:
        """Names of which the workspace knows nobody."""
        return [name for name in names if not self._chat.resolve([name])]

    def names_of(self, act: Act) -> tuple[str, ...]:
        """Who decides that, as settings and policy name them."""
        return self._groups[act]

    @property
    def escalate_to(self) -> tuple[str, ...]:
        """Whom an escalation adds, as the policy names them."""
        return self._escalate_to

    def deciders(self, act: Act) -> frozenset[str]:
        """The ids of whoever decides that."""
        return self._chat.resolve(self._groups[act])

    def approver_ids(self, act: Act = Act.REVIEW) -> tuple[str, ...]:
        """Who may decide, to be named to those who may not."""
        return tuple(sorted(self.deciders(act)))

    def all_ids(self) -> tuple[str, ...]:
        """Everybody who is staff by any name."""
        groups = [name for names in self._groups.values() for name in names]
        return tuple(sorted(self._chat.resolve([*self._staff, *groups, *self._escalate_to])))

    def find(self, written: str) -> Staff:
        """Whoever a mention means, or a colleague by name or first name; raise UnknownColleague."""
        if found := _MENTIONED.fullmatch(written.strip()):
            return self.who(found[1] or found[2])
        name = written.strip().removeprefix("@").casefold()
        fitting = [one for one in map(self.who, self.all_ids()) if name and name in _names(one)]
        if len(fitting) != 1:
            raise UnknownColleague(who=written[:60])
        return fitting[0]


def _names(who: Staff) -> set[str]:
    name = who.name.casefold()
    return {name, name.partition(" ")[0], who.email.partition("@")[0], who.email}
