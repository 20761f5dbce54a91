"""Slack's error codes in words that name the mend."""

from bot.domain.errors import MessageGone, MessageLocked, PermanentFailure

#: Slack says that part of it may have happened all the same.
OUTCOME_UNKNOWN = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})

#: Slack did nothing, and may do it later.
PASSING = frozenset({"team_added_to_org", "accesslimited", "message_limit_exceeded", "org_login_required"})

#: Slack does not know the token, or not for this.
WRONG_TOKEN = frozenset(
    {"invalid_auth", "not_authed", "not_allowed_token_type", "token_expired", "token_revoked"}
)

#: Slack takes nothing of ours, whatever it is
OF_US = WRONG_TOKEN | frozenset(
    {
        "access_denied", "account_inactive", "ekm_access_denied", "enterprise_is_restricted", "missing_scope",
        "no_permission", "team_access_not_granted", "two_factor_setup_required",
    }
)  # fmt: skip

#: nor anything for that channel
OF_CHANNEL = frozenset(
    {
        "channel_not_found", "is_archived", "not_in_channel", "restricted_action",
        "restricted_action_non_threadable_channel", "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
    }
)  # fmt: skip

#: nor this with that message of ours, which is gone or stays as it is
OF_POST: dict[str, type[PermanentFailure]] = {
    "message_not_found": MessageGone, "thread_not_found": MessageGone, "cant_update_message": MessageLocked,
    "edit_window_closed": MessageLocked,
}  # fmt: skip

_TOKEN = "give the app's present bot token in SLACK_BOT_TOKEN"  # noqa: S105 - words about one
_CHANNEL = "the channel {channel}"
_MENDS = {
    "invalid_auth": f"it does not know the bot token: {_TOKEN}",
    "not_authed": f"no bot token was given: {_TOKEN}",
    "token_revoked": f"the bot token was revoked: install the app anew, then {_TOKEN}",
    "token_expired": f"the bot token has expired: {_TOKEN}",
    "account_inactive": f"the app was removed from the workspace: install it anew, then {_TOKEN}",
    "team_access_not_granted": "the app may not act in this workspace: have an administrator approve it",
    "not_allowed_token_type": f"the token is of the wrong kind: {_TOKEN} (it starts with xoxb-)",
    "missing_scope": "the app lacks the scope {needed}: add it on 'OAuth & Permissions' and install it anew",
    "channel_not_found": f"{_CHANNEL} is not there or is private: check its id, and invite the bot to it",
    "not_in_channel": f"the bot is not in {_CHANNEL}: invite it there with /invite",
    "is_archived": f"{_CHANNEL} is archived: bring it back, or name another in the settings",
    "restricted_action": f"the workspace lets the bot not post in {_CHANNEL}: have an administrator allow it",
    "restricted_action_read_only_channel": f"{_CHANNEL} may only be read: let the bot post there",
    "restricted_action_thread_only_channel": f"{_CHANNEL} takes replies only: name another in the settings",
    "message_not_found": "the message is gone: somebody deleted it",
    "thread_not_found": "the thread is gone: somebody deleted its first message",
    "cant_update_message": "the message is not the bot's own",
    "edit_window_closed": "the workspace's time for editing messages is over",
    "file_not_found": "the file is gone: give it anew",
    "file_deleted": "the file is gone: give it anew",
    "invalid_blocks": "the message is malformed (invalid_blocks): that is a fault of the program, report it",
    "invalid_blocks_format": "the message is malformed (blocks): that is a fault of the program, report it",
    "msg_too_long": "the message is too long: that is a fault of the program, report it",
    "no_text": "the message is empty: that is a fault of the program, report it",
    "metadata_too_large": "the message's key is too long: that is a fault of the program, report it",
}


def mend(error: str, *, channel: str = "", needed: str = "") -> str:
    """Say what a code means and what to do; a code we do not know is said as it is."""
    words = _MENDS.get(error)
    if words is None:
        return f"it says {error}; see this method's page in Slack's API documentation"
    return words.format(channel=channel or "in question", needed=needed or "it asks for")
