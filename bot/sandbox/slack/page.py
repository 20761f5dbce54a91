"""The page in the browser: a person reads and acts as any member; every act is a plain form."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from bot.sandbox.slack.acts import Actor, Outcome, find_action
from bot.sandbox.slack.cast import BOT_USER_ID, TEAM_NAME, Channel, Member
from bot.sandbox.slack.declined import Missing
from bot.sandbox.slack.inputs import KEYS
from bot.sandbox.slack.mrkdwn import Mrkdwn
from bot.sandbox.slack.pagemodel import (
    PageModel,
    address,
    field_name,
    is_bot,
    local_moment,
    shows_image,
)
from bot.sandbox.slack.pulse import Json
from bot.sandbox.slack.richtext import RichText, markdown
from bot.sandbox.slack.uploads import Upload
from bot.sandbox.slack.workspace import Workspace

HERE = Path(__file__).parent
LONGEST_POLL = 20.0
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' data: http://127.0.0.1:* http://localhost:*; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
WORDS = {
    "incomplete": "",
    "operation_timeout": "Usher did not answer in time.",
    "dispatch_failed": "Usher is not connected.",
}


@dataclass
class Shown:
    """What the page remembers between two requests of a member."""

    notice: str = ""  # shown once, after the act it belongs to
    in_modal: str = ""  # the same, while a modal lies over the page
    errors: dict[str, dict[str, str]] = field(default_factory=dict)  # view id -> block id -> words
    seen: dict[str, str] = field(default_factory=dict)  # channel id -> newest ts looked at


class Page:
    """Routes of the page; all acting goes through `workspace.act`."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._shown: dict[str, Shown] = {}

    def shown(self, member: Member) -> Shown:
        return self._shown.setdefault(member.id, Shown())

    # Reading

    def index(self) -> str:
        member = self.member(request.args.get("as", "avery"))
        key = request.args.get("channel", "approvals")
        model, shown = PageModel(self.workspace, member), self.shown(member)
        views, thread_ts = self.workspace.modals.stack(member.id), request.args.get("thread", "")
        common = {
            "model": model,
            "key": key,
            "shown": shown,
            "notice": self.once(shown),
            "views": views,
            "version": self.workspace.pulse.version,
            "thread_ts": thread_ts,
        } | self.tools(member, key)
        if key == "home":
            home = self.workspace.modals.home(member.id)
            return render_template("home.html", home=home, places=model.places(shown.seen), **common)
        channel = self.channel(member, key)
        posts = model.posts(channel)
        shown.seen[channel.id] = posts[-1].ts if posts else ""
        thread = model.thread(channel, thread_ts) if thread_ts else []
        return render_template(
            "channel.html",
            channel=channel,
            hears=BOT_USER_ID in channel.members,
            posts=posts,
            thread=thread,
            places=model.places(shown.seen),
            **common,
        )

    @staticmethod
    def once(shown: Shown) -> str:
        """The notice for a page that is opened; the script's own look-ups do not use it up."""
        notice = shown.notice
        if request.headers.get("X-Refresh") is None:
            shown.notice = ""
        return notice

    def tools(self, member: Member, key: str) -> Json:
        """What the templates call: rendering of text, links, names of fields."""
        mrkdwn = Mrkdwn(self.workspace.directory, lambda channel: address(member.handle, channel))
        return {
            "team": TEAM_NAME,
            "mrkdwn": mrkdwn.html,
            "plain": mrkdwn.plain,
            "rich_text": RichText(mrkdwn).html,
            "markdown": markdown,
            "field_name": field_name,
            "shows_image": shows_image,
            "local_moment": local_moment,
            "is_bot": is_bot,
            "commands": self.workspace.commands,
            "shortcuts": self.workspace.shortcuts,
            "link": lambda who=member.handle, where=key, thread="": address(who, where, thread),
        }

    def member(self, name: str) -> Member:
        member = self.workspace.directory.find_member(name)
        if member is None or member.is_bot:
            abort(HTTPStatus.NOT_FOUND, "There is no such member.")
        return member

    def channel(self, member: Member, key: str) -> Channel:
        directory = self.workspace.directory
        channel = directory.open_im(member.id)[0] if key == "dm" else directory.find_channel(key)
        if channel is None or (channel.is_im and member.id not in channel.members):
            abort(HTTPStatus.NOT_FOUND, "There is no such channel.")
        return channel

    def permalink(self, channel: str, stamp: str) -> BaseResponse:
        """Where chat.getPermalink leads."""
        ts = f"{stamp[:-6]}.{stamp[-6:]}"
        thread = request.args.get("thread_ts", "")
        return redirect(f"{address(request.args.get('as', 'avery'), channel, thread)}#m{ts}")

    def changes(self) -> Json:
        """Answers as soon as something has changed since the version the browser knows."""
        since = request.args.get("since", default=0, type=int)
        pulse = self.workspace.pulse
        with pulse.condition:
            pulse.condition.wait_for(
                lambda: pulse.version != since or self.workspace.stopping.is_set(), LONGEST_POLL
            )
            return {"version": pulse.version}

    # Acting

    def act(self, work: Callable[[Actor], Outcome | None]) -> BaseResponse:
        """One act by the member named in the form, then back to where they were."""
        member = self.member(request.form.get("as", ""))
        try:
            outcome = work(self.workspace.act(member)) or Outcome()
        except Missing as gone:
            outcome = Outcome(error="gone", notice=f"That is no longer there: {gone.args[0]}.")
        shown = self.shown(member)
        shown.notice = notice_of(outcome)
        shown.in_modal = shown.notice if outcome.view is not None and outcome.view["type"] == "modal" else ""
        return redirect(self.back(member), HTTPStatus.SEE_OTHER)

    def back(self, member: Member) -> str:
        return address(
            member.handle, request.form.get("channel", "approvals"), request.form.get("thread", "")
        )

    def say(self) -> BaseResponse:
        text, key = request.form.get("text", "").strip(), request.form.get("channel", "")
        thread = request.form.get("thread") or None

        def work(actor: Actor) -> Outcome | None:
            uploads = received(actor, request.files.getlist("files"))
            if not text and not uploads:
                return None
            if text.startswith("/") and thread is None:
                name, _, rest = text.partition(" ")
                return actor.command(name, rest.strip(), key)
            return actor.say(key, text, thread, files=uploads)

        return self.act(work)

    def home(self) -> BaseResponse:
        member = self.member(request.form.get("as", ""))
        outcome = self.workspace.act(member).open_home()
        self.shown(member).notice = notice_of(outcome)
        return redirect(address(member.handle, "home"), HTTPStatus.SEE_OTHER)

    def shortcut(self) -> BaseResponse:
        form = request.form
        return self.act(
            lambda actor: actor.shortcut(form.get("callback_id", ""), form.get("channel"), form.get("ts"))
        )

    def click(self) -> BaseResponse | str:
        """Press or pick in a message; a confirm dialog comes in between if the element has one."""
        form = request.form
        member = self.member(form.get("as", ""))
        channel, ts = self.channel(member, form.get("channel", "")), form.get("ts", "")
        message = self.workspace.posts.find(channel.id, ts) or self.workspace.posts.find_ephemeral(
            channel.id, member.id, ts
        )
        blocks = (message or {}).get("blocks", [])
        question = self.unconfirmed(
            member, blocks, form.get("action_id", ""), form.get("block_id"), form.get("value")
        )
        if question is not None:
            return question
        several = form.getlist("choices") if "several" in form else form.get("value")
        return self.act(
            lambda actor: actor.click(
                channel.id, ts, form.get("action_id", ""), several, block_id=form.get("block_id")
            )
        )

    def unconfirmed(
        self, member: Member, blocks: list[Json], action_id: str, block_id: str | None, value: str | None
    ) -> str | None:
        """The page that asks first, or None when there is nothing to ask."""
        try:
            _, element = find_action(blocks, action_id, block_id, value)
        except Missing:
            return None  # acting on it will say so
        if "confirm" not in element or "confirmed" in request.form:
            return None
        return render_template(
            "confirm.html",
            confirm=element["confirm"],
            fields=list(request.form.items(multi=True)),
            target=request.path,
            back=self.back(member),
            model=PageModel(self.workspace, member),
            **self.tools(member, request.form.get("channel", "approvals")),
        )

    def click_view(self) -> BaseResponse | str:
        """Press or pick in a modal or the home tab; what was typed so far is kept."""
        form = request.form
        member, view_id = self.member(form.get("as", "")), form.get("view_id", "")
        view = self.workspace.modals.find(view_id) or {"blocks": []}
        try:
            block_id, action_id, value = json.loads(form.get("press", ""))
        except ValueError:
            abort(HTTPStatus.BAD_REQUEST, "Nothing was pressed.")
        question = self.unconfirmed(member, view["blocks"], action_id, block_id, value)
        if question is not None:
            return question

        def work(actor: Actor) -> Outcome:
            values = self.entered(actor, view)
            actor.fill(view_id, values)
            chosen = value if value is not None else values.get(block_id, {}).get(action_id)
            return actor.click_view(view_id, action_id, chosen, block_id=block_id)

        return self.act(work)

    def submit(self) -> BaseResponse:
        view_id = request.form.get("view_id", "")
        view = self.workspace.modals.find(view_id) or {"blocks": []}
        member = self.member(request.form.get("as", ""))

        def work(actor: Actor) -> Outcome:
            outcome = actor.submit(view_id, self.entered(actor, view))
            self.shown(member).errors = {view_id: outcome.errors}
            return outcome

        return self.act(work)

    def close(self) -> BaseResponse:
        form = request.form
        return self.act(lambda actor: actor.close(form.get("view_id", ""), clear="clear" in form))

    def entered(self, actor: Actor, view: Json) -> Json:
        """The form's fields as values by block and action."""
        values: Json = {}
        for block, element in fillable(view):
            name = field_name(block, element)
            values.setdefault(block["block_id"], {})[element["action_id"]] = self.field(actor, element, name)
        return values

    def field(self, actor: Actor, element: Json, name: str) -> str | list[str] | None:
        kind = element["type"]
        if kind == "file_input":
            return [upload.id for upload in received(actor, request.files.getlist(name))]
        if kind == "checkboxes" or kind.startswith("multi_"):
            return request.form.getlist(name)
        value = request.form.get(name) or None
        if kind == "datetimepicker" and value:
            return str(int(datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp()))
        return value.replace("\r\n", "\n") if value else None


def fillable(view: Json) -> Iterable[tuple[Json, Json]]:
    """The blocks and elements of a view that hold a value."""
    for block in view["blocks"]:
        for element in [block.get("element"), block.get("accessory"), *block.get("elements", [])]:
            if isinstance(element, dict) and element.get("type") in KEYS and element["type"] != "overflow":
                yield block, element


def received(actor: Actor, files: Iterable[object]) -> list[Upload]:
    uploads = []
    for one in files:
        name, read = getattr(one, "filename", ""), getattr(one, "read", None)
        if name and read is not None:
            uploads.append(actor.attach(Path(name).name, read()))
    return uploads


def notice_of(outcome: Outcome) -> str:
    if outcome.ok or outcome.error == "incomplete":
        return ""
    words = outcome.notice or WORDS.get(outcome.error, "")
    return f"{words} ({outcome.error})" if outcome.error not in words else words


def own_origin() -> bool:
    """Whether the form came from this very page: browsers say so on every POST."""
    origin = request.headers.get("Origin")
    if origin is not None:
        return origin == request.host_url.rstrip("/")
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def blueprint(workspace: Workspace) -> Blueprint:
    page, door = Page(workspace), Blueprint("page", __name__)

    @door.before_request
    def refuse_foreign_forms() -> Response | None:
        if request.method == "POST" and not own_origin():
            return Response(
                "This form came from somewhere else.\n", HTTPStatus.FORBIDDEN, content_type="text/plain"
            )
        return None

    @door.after_request
    def guard(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "no-store"
        return response

    door.add_url_rule("/", view_func=page.index)
    door.add_url_rule("/archives/<channel>/p<stamp>", view_func=page.permalink)
    door.add_url_rule("/changes", view_func=page.changes)
    for name, work in (
        ("say", page.say),
        ("home", page.home),
        ("click", page.click),
        ("click-view", page.click_view),
        ("submit", page.submit),
        ("close", page.close),
        ("shortcut", page.shortcut),
    ):
        door.add_url_rule(f"/act/{name}", endpoint=f"act_{name}", view_func=work, methods=["POST"])
    for name, kind in (("style.css", "text/css"), ("page.js", "text/javascript")):
        content = (HERE / name).read_text(encoding="utf-8")
        door.add_url_rule(f"/{name}", endpoint=name.replace(".", "_"), view_func=static(content, kind))
    return door


def static(content: str, kind: str) -> Callable[[], Response]:
    return lambda: Response(content, content_type=f"{kind}; charset=utf-8")
