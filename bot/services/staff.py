"""Who acts, and what they may: full members named in SLACK_STAFF and SLACK_APPROVERS, nobody else."""

from collections.abc import Sequence

from bot.domain.staff import Staff
from bot.ports import Chat


class StaffList:
    """Asks the workspace; the adapter remembers its answers for some minutes."""

    def __init__(self, chat: Chat, *, staff: Sequence[str], approvers: Sequence[str]) -> None:
        self._chat = chat
        self._staff = tuple(staff)
        self._approvers = tuple(approvers)

    def who(self, user_id: str) -> Staff:
        """The person with their rights now; an approver is staff too."""
        member = self._chat.member(user_id)
        approver = member.full and user_id in self._chat.resolve(self._approvers)
        return Staff(
            id=user_id,
            name=member.name,
            staff=approver or (member.full and user_id in self._chat.resolve(self._staff)),
            approver=approver,
            email=member.email.lower(),
        )

    def approver_ids(self) -> tuple[str, ...]:
        """Who may decide, to be named to those who may not."""
        return tuple(sorted(self._chat.resolve(self._approvers)))
