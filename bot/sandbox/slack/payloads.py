"""What an interaction looks like on its way to the app: actions, submissions, commands, shortcuts."""

from bot.sandbox.slack.cast import APP_ID, PARTNER_TEAM_ID, TEAM_DOMAIN, Channel, Member
from bot.sandbox.slack.inputs import KEYS
from bot.sandbox.slack.pulse import Json
from bot.sandbox.slack.state import State


def team_of(member: Member) -> Json:
    domain = "elsewhere" if member.team_id == PARTNER_TEAM_ID else TEAM_DOMAIN
    return {"id": member.team_id, "domain": domain}


def common(state: State, member: Member, kind: str) -> Json:
    return {
        "type": kind,
        "user": {
            "id": member.id,
            "username": member.handle,
            "name": member.handle,
            "team_id": member.team_id,
        },
        "api_app_id": APP_ID,
        "token": state.feed.token,
        "team": team_of(member),
        "enterprise": None,
        "is_enterprise_install": False,
    }


def channel_part(channel: Channel) -> Json:
    name = "directmessage" if channel.is_im else "privategroup" if channel.is_private else channel.name
    return {"id": channel.id, "name": name}


def action(block: Json, element: Json, entry: Json | None, action_ts: str) -> Json:
    """One action as block_actions lists it."""
    kind = element["type"]
    part: Json = {
        "type": kind,
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": action_ts,
    }
    if kind == "button":
        part |= {name: element[name] for name in ("text", "value", "style", "url") if name in element}
        return part
    part |= {name: element[name] for name in ("placeholder",) if name in element}
    key = KEYS[kind][0]
    return part | {key: (entry or {}).get(key)}


def message_actions(
    state: State, member: Member, channel: Channel, message: Json, *, actions: list[Json], values: Json
) -> Json:
    """A press or a choice in a message; a private message does not come along."""
    ephemeral = bool(message.get("is_ephemeral"))
    container = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    thread_ts = message.get("thread_ts")
    if thread_ts:
        container["thread_ts"] = thread_ts
    payload = common(state, member, "block_actions") | {
        "container": container,
        "trigger_id": state.hooks.new_trigger(member.id),
        "channel": channel_part(channel),
        "state": {"values": values},
        "actions": actions,
        "response_url": state.hooks.new_response_url(
            member.id,
            channel.id,
            message_ts=message["ts"],
            is_ephemeral=ephemeral,
            # An answer to the message a thread hangs on stands in the channel, as in Slack.
            thread_ts=thread_ts if thread_ts != message["ts"] else None,
        ),
    }
    if not ephemeral:
        payload["message"] = {key: value for key, value in message.items() if key != "metadata"}
    return payload


def view_actions(state: State, member: Member, view: Json, actions: list[Json]) -> Json:
    return common(state, member, "block_actions") | {
        "container": {"type": "view", "view_id": view["id"]},
        "trigger_id": state.hooks.new_trigger(member.id, from_view=view["id"]),
        "view": view,
        "actions": actions,
    }


def submission(state: State, member: Member, view: Json) -> Json:
    return common(state, member, "view_submission") | {
        "trigger_id": state.hooks.new_trigger(member.id, from_view=view["id"]),
        "view": view,
        "response_urls": response_urls(state, member, view),
    }


def response_urls(state: State, member: Member, view: Json) -> list[Json]:
    """For each channel picked in an input that asks for an address to answer to."""
    urls: list[Json] = []
    for block in view["blocks"]:
        element = block.get("element") or {}
        if element.get("response_url_enabled"):
            entry = view["state"]["values"][block["block_id"]][element["action_id"]]
            channel_id = entry.get(KEYS[element["type"]][0])
            if channel_id:
                urls.append(
                    {
                        "block_id": block["block_id"],
                        "action_id": element["action_id"],
                        "channel_id": channel_id,
                        "response_url": state.hooks.new_response_url(member.id, channel_id, kind="app"),
                    }
                )
    return urls


def closing(state: State, member: Member, view: Json, *, is_cleared: bool) -> Json:
    return common(state, member, "view_closed") | {"view": view, "is_cleared": is_cleared}


def command(state: State, member: Member, channel: Channel, name: str, text: str) -> Json:
    return {
        "token": state.feed.token,
        "team_id": member.team_id,
        "team_domain": team_of(member)["domain"],
        "channel_id": channel.id,
        "channel_name": channel_part(channel)["name"],
        "user_id": member.id,
        "user_name": member.handle,
        "command": name,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": state.hooks.new_response_url(member.id, channel.id, kind="commands"),
        "trigger_id": state.hooks.new_trigger(member.id),
    }


def message_shortcut(state: State, member: Member, channel: Channel, message: Json, callback_id: str) -> Json:
    return common(state, member, "message_action") | {
        "callback_id": callback_id,
        "action_ts": state.pulse.ts(),
        "trigger_id": state.hooks.new_trigger(member.id),
        "response_url": state.hooks.new_response_url(member.id, channel.id, kind="app"),
        "message_ts": message["ts"],
        "channel": channel_part(channel),
        "message": message,
    }


def global_shortcut(state: State, member: Member, callback_id: str) -> Json:
    return common(state, member, "shortcut") | {
        "callback_id": callback_id,
        "action_ts": state.pulse.ts(),
        "trigger_id": state.hooks.new_trigger(member.id),
    }
