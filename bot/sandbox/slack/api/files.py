"""files.*: the three steps of an upload, and reading about a file."""

from bot.sandbox.slack import conversation
from bot.sandbox.slack.api.arguments import Arguments
from bot.sandbox.slack.api.chat import read_message, target, thread
from bot.sandbox.slack.cast import BOT_USER_ID
from bot.sandbox.slack.declined import Declined
from bot.sandbox.slack.pulse import Json
from bot.sandbox.slack.state import State
from bot.sandbox.slack.uploads import Upload


def get_upload_url(state: State, args: Arguments) -> Json:
    name, length = args.required("filename"), args.number("length", 0, most=1_000_000_000)
    if not length:
        raise Declined("invalid_arguments", ["[ERROR] missing required field: length [json-pointer:]"])
    upload = state.uploads.ask(name, length, BOT_USER_ID, alt=args.text("alt_txt"))
    return {"upload_url": f"{state.uploads.base_url}upload/v1/{upload.ticket}", "file_id": upload.id}


def complete_upload(state: State, args: Arguments) -> Json:
    wanted = args.parsed("files")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(one, dict) for one in wanted):
        raise Declined("invalid_arguments", ["[ERROR] missing required field: files [json-pointer:]"])
    place = args.text("channel_id") or args.text("channels").split(",")[0]
    channel = target(state, place) if place else None
    thread_ts = thread(state, channel, args) if channel else None
    uploads = [state.uploads.complete(str(one.get("id")), str(one.get("title") or "")) for one in wanted]
    if channel is not None:
        for upload in uploads:
            upload.channels.append(channel.id)
        files = [state.uploads.file_object(upload) for upload in uploads]
        text, blocks = args.text("initial_comment"), None
        if args.given.get("blocks"):
            text, blocks, _ = read_message(args)
        more: Json = {"subtype": "file_share", "files": files, "upload": False}
        conversation.post_as_bot(state, channel, text=text, blocks=blocks, thread_ts=thread_ts, more=more)
    return {"files": [state.uploads.file_object(upload) for upload in uploads]}


def file_by_id(state: State, args: Arguments) -> Upload:
    upload = state.uploads.find(args.required("file"))
    if upload is None:
        raise Declined("file_not_found")
    return upload


def info(state: State, args: Arguments) -> Json:
    return {
        "file": state.uploads.file_object(file_by_id(state, args)),
        "comments": [],
        "response_metadata": {},
    }


def delete(state: State, args: Arguments) -> Json:
    state.uploads.remove(file_by_id(state, args).id)
    return {}
