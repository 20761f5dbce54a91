"""Members, channels and groups: finding them by any of their names, and their shapes in the Web API."""

from bot.sandbox.slack import cast
from bot.sandbox.slack.cast import BOT_ID, BOT_USER_ID, TEAM_ID, Channel, Group, Member
from bot.sandbox.slack.declined import Missing
from bot.sandbox.slack.pulse import Json, Pulse, new_id


class Directory:
    """Everybody and every place of the workspace."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self.members: dict[str, Member] = {member.id: member for member in cast.members()}
        self.channels: dict[str, Channel] = {channel.id: channel for channel in cast.channels()}
        self.groups: dict[str, Group] = {group.id: group for group in cast.groups()}

    def find_member(self, name: str) -> Member | None:
        """By id, handle (with or without @) or e-mail address."""
        wanted = name.removeprefix("@").lower()
        for member in list(self.members.values()):
            if name == member.id or wanted in {member.handle, member.email}:
                return member
        return None

    def get_member(self, name: str) -> Member:
        member = self.find_member(name)
        if member is None:
            raise Missing(f"no member called {name}")
        return member

    def find_channel(self, name: str) -> Channel | None:
        """By id or name (with or without #)."""
        by_id = self.channels.get(name)
        if by_id is not None:
            return by_id
        wanted = name.removeprefix("#")
        return next((c for c in list(self.channels.values()) if c.name == wanted and not c.is_im), None)

    def get_channel(self, name: str) -> Channel:
        channel = self.find_channel(name)
        if channel is None:
            raise Missing(f"no channel called {name}")
        return channel

    def add_member(self, member: Member) -> Member:
        with self._pulse.changing():
            self.members[member.id] = member
        return member

    def add_channel(self, name: str, *, members: set[str], is_private: bool = False) -> Channel:
        with self._pulse.changing():
            channel = Channel(id=new_id("C"), name=name, members=set(members), is_private=is_private)
            self.channels[channel.id] = channel
        return channel

    def join(self, member_id: str, channel_id: str) -> bool:
        """Whether this was new."""
        channel = self.channels[channel_id]
        if member_id in channel.members:
            return False
        with self._pulse.changing():
            channel.members.add(member_id)
        return True

    def open_im(self, member_id: str) -> tuple[Channel, bool]:
        """The bot's direct message with a member, and whether it was there already."""
        for channel in list(self.channels.values()):
            if channel.is_im and member_id in channel.members:
                return channel, True
        with self._pulse.changing():
            im = Channel(id=new_id("D"), name=f"dm-{member_id}", members={member_id, BOT_USER_ID}, is_im=True)
            self.channels[im.id] = im
        return im, False

    def im_partner(self, channel: Channel) -> str:
        return next(iter(channel.members - {BOT_USER_ID}))

    def is_shared(self, channel: Channel) -> bool:
        """Shared with another organisation by Slack Connect."""
        return any(self.members[one].is_stranger for one in list(channel.members))


def user_object(member: Member, *, strange: bool) -> Json:
    """A member as users.info gives it; `strange` when they share no channel with the bot."""
    shape: Json = {
        "id": member.id,
        "team_id": member.team_id,
        "name": member.handle,
        "deleted": member.deleted,
        "color": member.color,
        "real_name": member.real_name,
        "tz": "Europe/Berlin",
        "tz_label": "Central European Time",
        "tz_offset": 3600,
        "profile": profile(member),
        "is_admin": member.is_admin,
        "is_owner": member.is_admin,
        "is_primary_owner": False,
        "is_restricted": member.is_restricted,
        "is_ultra_restricted": False,
        "is_bot": member.is_bot,
        "is_app_user": False,
        "updated": 1_700_000_000,
        "is_email_confirmed": not member.is_bot,
        "who_can_share_contact_card": "EVERYONE",
    }
    if member.is_stranger:
        shape["is_stranger"] = strange
    return shape


def profile(member: Member) -> Json:
    first, _, last = member.real_name.partition(" ")
    shape: Json = {
        "title": member.title,
        "phone": "",
        "skype": "",
        "real_name": member.real_name,
        "real_name_normalized": member.real_name,
        "display_name": member.handle,
        "display_name_normalized": member.handle,
        "first_name": first,
        "last_name": last,
        "status_text": "",
        "status_emoji": "",
        "status_expiration": 0,
        "avatar_hash": member.id.lower(),
        "team": member.team_id,
    }
    if member.email and not member.is_stranger:
        shape["email"] = member.email
    if member.is_bot:
        shape |= {"api_app_id": cast.APP_ID, "bot_id": BOT_ID}
    return shape


def _direct_object(directory: Directory, channel: Channel) -> Json:
    return {
        "id": channel.id,
        "created": channel.created,
        "is_archived": False,
        "is_im": True,
        "is_org_shared": False,
        "context_team_id": TEAM_ID,
        "user": directory.im_partner(channel),
        "is_user_deleted": False,
        "priority": 0,
    }


def channel_object(directory: Directory, channel: Channel) -> Json:
    """A conversation as conversations.info gives it."""
    if channel.is_im:
        return _direct_object(directory, channel)
    shared = directory.is_shared(channel)
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "unlinked": 0,
        "is_shared": shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "context_team_id": TEAM_ID,
        "parent_conversation": None,
        "creator": "U0AVERY0001",
        "is_ext_shared": shared,
        "shared_team_ids": sorted(
            {directory.members[one].team_id for one in list(channel.members)} | {TEAM_ID}
        ),
        "is_member": BOT_USER_ID in channel.members,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
        "num_members": len(channel.members),
    }
