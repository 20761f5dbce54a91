"""The table of Web API methods: who may call each, with which scope."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.slack.api import chat, conversations, files, people, views
from bot.sandbox.slack.api.arguments import Arguments
from bot.sandbox.slack.declined import Declined
from bot.sandbox.slack.pulse import Json
from bot.sandbox.slack.state import State


@dataclass(frozen=True)
class Method:
    """A method, the scope it needs, and whether it wants the app's token rather than the bot's."""

    call: Callable[[State, Arguments], Json]
    scope: str = ""
    app_level: bool = False
    open_to_all: bool = False


METHODS: dict[str, Method] = {
    "api.test": Method(people.api_test, open_to_all=True),
    "apps.connections.open": Method(people.open_connection, app_level=True),
    "auth.test": Method(people.auth_test),
    "bots.info": Method(people.bots_info, "users:read"),
    "chat.delete": Method(chat.delete, "chat:write"),
    "chat.getPermalink": Method(chat.get_permalink),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write"),
    "chat.postMessage": Method(chat.post_message, "chat:write"),
    "chat.update": Method(chat.update, "chat:write"),
    "conversations.history": Method(conversations.history, "channels:history"),
    "conversations.info": Method(conversations.info, "channels:read"),
    "conversations.join": Method(conversations.join, "channels:join"),
    "conversations.list": Method(conversations.list_conversations, "channels:read"),
    "conversations.members": Method(conversations.members, "channels:read"),
    "conversations.open": Method(conversations.open_conversation, "im:write"),
    "conversations.replies": Method(conversations.replies, "channels:history"),
    "files.completeUploadExternal": Method(files.complete_upload, "files:write"),
    "files.delete": Method(files.delete, "files:write"),
    "files.getUploadURLExternal": Method(files.get_upload_url, "files:write"),
    "files.info": Method(files.info, "files:read"),
    "reactions.add": Method(chat.add_reaction, "reactions:write"),
    "reactions.remove": Method(chat.remove_reaction, "reactions:write"),
    "team.info": Method(people.team_info, "team:read"),
    "usergroups.list": Method(people.groups_list, "usergroups:read"),
    "usergroups.users.list": Method(people.group_users, "usergroups:read"),
    "users.conversations": Method(conversations.users_conversations, "channels:read"),
    "users.info": Method(people.users_info, "users:read"),
    "users.list": Method(people.users_list, "users:read"),
    "users.lookupByEmail": Method(people.lookup_by_email, "users:read.email"),
    "views.open": Method(views.open_view),
    "views.publish": Method(views.publish_view),
    "views.push": Method(views.push_view),
    "views.update": Method(views.update_view),
}
EVENT_SCOPES = {"app_mentions:read", "commands", "groups:history", "groups:read", "im:history"}


def granted(state: State) -> set[str]:
    if state.scopes is not None:
        return state.scopes
    return {method.scope for method in METHODS.values() if method.scope} | EVENT_SCOPES


def perform(state: State, name: str, token: str, args: Arguments) -> Json:
    """Check who calls, then do what the method does."""
    method = METHODS.get(name)
    if method is None:
        raise Declined("unknown_method", req_method=name)
    if not method.open_to_all:
        check_token(state, method, token)
    return method.call(state, args)


def check_token(state: State, method: Method, token: str) -> None:
    if not token:
        raise Declined("not_authed")
    if token not in {state.bot_token, state.app_token}:
        raise Declined("invalid_auth")
    if (token == state.app_token) != method.app_level:
        raise Declined("not_allowed_token_type")
    if method.scope and method.scope not in granted(state):
        raise Declined("missing_scope", needed=method.scope, provided=",".join(sorted(granted(state))))
