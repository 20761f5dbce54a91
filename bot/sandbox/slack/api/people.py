"""auth.*, team.*, bots.*, users.* and usergroups.*: who is who."""

from bot.sandbox.slack.api.arguments import Arguments
from bot.sandbox.slack.cast import (
    APP_ID,
    BOT_ID,
    BOT_USER_ID,
    TEAM_DOMAIN,
    TEAM_ID,
    TEAM_NAME,
    Group,
    Member,
)
from bot.sandbox.slack.declined import Declined
from bot.sandbox.slack.directory import user_object
from bot.sandbox.slack.posts import bot_profile
from bot.sandbox.slack.pulse import Json
from bot.sandbox.slack.state import State


def auth_test(state: State, _: Arguments) -> Json:
    return {
        "url": state.url,
        "team": TEAM_NAME,
        "user": state.directory.members[BOT_USER_ID].handle,
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def api_test(_: State, args: Arguments) -> Json:
    if args.text("error"):
        raise Declined(args.text("error"))
    return {"args": args.given}


def open_connection(state: State, _: Arguments) -> Json:
    return {"url": state.sockets.new_url()}


def team_info(state: State, _: Arguments) -> Json:
    team = {
        "id": TEAM_ID,
        "name": TEAM_NAME,
        "url": state.url,
        "domain": TEAM_DOMAIN,
        "email_domain": "desk.example",
        "icon": {"image_default": True},
        "is_verified": False,
    }
    return {"team": team}


def bots_info(_: State, args: Arguments) -> Json:
    if args.text("bot", BOT_ID) != BOT_ID:
        raise Declined("bot_not_found")
    bot = {key: value for key, value in bot_profile().items() if key not in {"team_id", "team_name"}}
    return {"bot": bot | {"app_id": APP_ID}}


def users_info(state: State, args: Arguments) -> Json:
    return {"user": shape(state, known(state, args.required("user")))}


def users_list(state: State, args: Arguments) -> Json:
    """Strangers from other organisations are not listed."""
    page, metadata = args.page([one for one in list(state.directory.members.values()) if not one.is_stranger])
    return {"members": [shape(state, one) for one in page], "cache_ts": int(state.pulse.seconds())} | metadata


def lookup_by_email(state: State, args: Arguments) -> Json:
    email = args.required("email").lower()
    for member in list(state.directory.members.values()):
        if member.email == email and not member.deleted and not member.is_stranger:
            return {"user": shape(state, member)}
    raise Declined("users_not_found")


def known(state: State, user_id: str) -> Member:
    member = state.directory.members.get(user_id)
    if member is None:
        raise Declined("user_not_found")
    return member


def shape(state: State, member: Member) -> Json:
    together = any(
        {member.id, BOT_USER_ID} <= channel.members for channel in list(state.directory.channels.values())
    )
    return user_object(member, strange=not together)


def groups_list(state: State, args: Arguments) -> Json:
    wanted = args.flag("include_users")
    return {"usergroups": [group_object(one, users=wanted) for one in list(state.directory.groups.values())]}


def group_users(state: State, args: Arguments) -> Json:
    group = state.directory.groups.get(args.required("usergroup"))
    if group is None:
        raise Declined("no_such_subteam")
    return {"users": list(group.users)}


def group_object(group: Group, *, users: bool) -> Json:
    shape: Json = {
        "id": group.id,
        "team_id": TEAM_ID,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": 1_700_000_000,
        "date_update": 1_700_000_000,
        "date_delete": 0,
        "auto_type": None,
        "prefs": {"channels": [], "groups": []},
        "user_count": len(group.users),
    }
    return shape | ({"users": list(group.users)} if users else {})
