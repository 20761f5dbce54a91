"""Who and what is in the sandbox's workspace when it opens: invented people, channels, one group."""

from dataclasses import dataclass, field

TEAM_ID = "T0DESK00001"
TEAM_NAME = "Usher Desk"
TEAM_DOMAIN = "usher-desk"
PARTNER_TEAM_ID = "T0ELSE00001"
APP_ID = "A0USHER0001"
BOT_ID = "B0USHER0001"
BOT_USER_ID = "U0USHER0001"


@dataclass(frozen=True, kw_only=True)
class Member:
    """A person, or the bot, as the workspace knows them."""

    id: str
    handle: str
    real_name: str
    email: str
    title: str = ""
    team_id: str = TEAM_ID
    color: str = "4d6a83"
    is_admin: bool = False
    is_restricted: bool = False  # a guest
    is_bot: bool = False
    deleted: bool = False

    @property
    def is_stranger(self) -> bool:
        """From another organisation, by Slack Connect."""
        return self.team_id != TEAM_ID

    @property
    def role(self) -> str:
        if self.is_bot:
            return "app"
        if self.is_stranger:
            return "external"
        return "guest" if self.is_restricted else "member"


@dataclass(kw_only=True)
class Channel:
    """A channel or a direct message; its members come and go."""

    id: str
    name: str
    topic: str = ""
    members: set[str] = field(default_factory=set)
    is_im: bool = False
    is_private: bool = False
    is_archived: bool = False
    created: int = 1_700_000_000


@dataclass(kw_only=True)
class Group:
    """A user group, mentioned as one."""

    id: str
    handle: str
    name: str
    users: list[str]


USHER = Member(
    id=BOT_USER_ID,
    handle="usher",
    real_name="Usher",
    email="",
    title="Support desk",
    color="7a3b69",
    is_bot=True,
)
AVERY = Member(
    id="U0AVERY0001",
    handle="avery",
    real_name="Avery Stone",
    email="avery@desk.example",
    title="Onboarding lead",
    color="2f6f57",
    is_admin=True,
)
BLAKE = Member(
    id="U0BLAKE0001",
    handle="blake",
    real_name="Blake Rivers",
    email="blake@desk.example",
    title="Onboarding desk",
    color="8a5a19",
)
CASEY = Member(
    id="U0CASEY0001",
    handle="casey",
    real_name="Casey Moon",
    email="casey@desk.example",
    title="Onboarding desk",
    color="3f5ca8",
)
DANA = Member(
    id="U0DANA00001",
    handle="dana",
    real_name="Dana Field",
    email="dana.field@sponsor.example",
    title="Sponsor's contact",
    color="93404f",
    is_restricted=True,
)
ELI = Member(
    id="U0ELI000001",
    handle="eli",
    real_name="Eli Stranger",
    email="eli@elsewhere.example",
    title="Elsewhere Ltd",
    team_id=PARTNER_TEAM_ID,
    color="5d5d5d",
)


def members() -> list[Member]:
    return [AVERY, BLAKE, CASEY, DANA, ELI, USHER]


def channels() -> list[Channel]:
    desk = {AVERY.id, BLAKE.id, CASEY.id}
    return [
        Channel(
            id="C0APPROVALS",
            name="approvals",
            topic="Cases that wait for a decision",
            members=desk | {USHER.id},
        ),
        Channel(id="C0SUPPORT01", name="support", topic="Questions by mail", members=desk | {USHER.id}),
        Channel(id="C0GENERAL01", name="general", topic="Everything else", members=desk | {DANA.id, ELI.id}),
    ]


def groups() -> list[Group]:
    return [
        Group(
            id="S0APPROVERS",
            handle="onboarding-approvers",
            name="Onboarding approvers",
            users=[AVERY.id, CASEY.id],
        )
    ]
