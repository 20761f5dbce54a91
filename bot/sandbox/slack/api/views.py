"""views.*: modals opened with a trigger, changed by id, and home tabs."""

from bot.sandbox.slack.api.arguments import Arguments
from bot.sandbox.slack.declined import Declined
from bot.sandbox.slack.modals import require_valid
from bot.sandbox.slack.pulse import Json
from bot.sandbox.slack.state import State


def given_view(args: Arguments) -> Json:
    view = args.parsed("view")
    if not isinstance(view, dict):
        raise Declined("invalid_arguments", ["[ERROR] missing required field: view [json-pointer:]"])
    return view


def read_view(args: Arguments, kind: str) -> Json:
    """The view, checked before anything else: a bad one costs no trigger."""
    view = given_view(args)
    require_valid(view, kind=kind)
    return view


def open_view(state: State, args: Arguments) -> Json:
    view = read_view(args, "modal")
    trigger = state.hooks.use_trigger(args.required("trigger_id"))
    return {"view": state.modals.open(trigger.member, view)}


def push_view(state: State, args: Arguments) -> Json:
    view = read_view(args, "modal")
    trigger = state.hooks.use_trigger(args.required("trigger_id"))
    if trigger.from_view is None or state.modals.find(trigger.from_view) is None:
        raise Declined("invalid_trigger_id")
    return {"view": state.modals.push(trigger.member, view)}


def update_view(state: State, args: Arguments) -> Json:
    view = given_view(args)
    view_id = args.text("view_id")
    if not view_id:
        found = state.modals.find_by_external_id(args.required("external_id"))
        view_id = found["id"] if found else ""
    return {"view": state.modals.update(view_id, view, expected_hash=args.text("hash") or None)}


def publish_view(state: State, args: Arguments) -> Json:
    view = read_view(args, "home")
    user = args.required("user_id")
    if user not in state.directory.members:
        raise Declined("user_not_found")
    return {"view": state.modals.publish(user, view, expected_hash=args.text("hash") or None)}
