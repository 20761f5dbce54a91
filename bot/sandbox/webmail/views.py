"""The webmail's pages."""

import io
import smtplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from bot.sandbox.mail import INBOX, MailWorld, StoredMail
from bot.sandbox.webmail import shelves
from bot.sandbox.webmail.frames import framed
from bot.sandbox.webmail.letters import date_of, letter_of
from bot.sandbox.webmail.writing import Draft, Enclosure, addresses, answer_to, composed


@dataclass(frozen=True, kw_only=True)
class Webmail:
    """What the pages need; `links` are shown on top, name and address, such as the lobby's."""

    world: MailWorld
    now: Callable[[], datetime]
    desk: Sequence[str] = ()
    sponsors: Sequence[str] = ()
    links: Sequence[tuple[str, str]] = ()


def blueprint(webmail: Webmail, *, url_prefix: str = "/mail") -> Blueprint:
    room = Blueprint("webmail", __name__, url_prefix=url_prefix, template_folder="templates")
    pages = _Pages(webmail)
    room.add_url_rule("/", view_func=pages.start)
    room.add_url_rule("/version", view_func=pages.version)
    room.add_url_rule("/write", view_func=pages.write)
    room.add_url_rule("/write", view_func=pages.send, methods=["POST"])
    room.add_url_rule("/<path:address>/", view_func=pages.box)
    room.add_url_rule("/<path:address>/<int:uid>", view_func=pages.mail)
    room.add_url_rule("/<path:address>/<int:uid>/html", view_func=pages.html)
    room.add_url_rule("/<path:address>/<int:uid>/source", view_func=pages.source)
    room.add_url_rule("/<path:address>/<int:uid>/file/<int:number>", view_func=pages.file)
    return room


class _Pages:
    def __init__(self, webmail: Webmail) -> None:
        self.webmail = webmail
        self.world = webmail.world

    def start(self) -> ResponseReturnValue:
        address = shelves.default_box(self.world, self.webmail.desk)
        return redirect(url_for(".box", address=address) if address else url_for(".write"))

    def version(self) -> Response:
        return jsonify(version=str(self.world.version))

    def box(self, address: str) -> str:
        return self._page("webmail/box.html", address, shelf=shelves.shelf(self.world, address, _folder()))

    def mail(self, address: str, uid: int) -> str:
        stored = self._stored(address, uid)
        letter = letter_of(stored)
        view = request.args.get("view") or ("html" if letter.html else "text")
        return self._page(
            "webmail/mail.html",
            address,
            shelf=shelves.shelf(self.world, address, _folder()),
            stored=stored,
            letter=letter,
            odd_date=date_of(letter),
            view=view,
            source=stored.raw[:200_000].decode("utf-8", "replace") if view == "source" else "",
            conversation=shelves.conversation(self.world, letter),
        )

    def html(self, address: str, uid: int) -> Response:
        return framed(letter_of(self._stored(address, uid)))

    def source(self, address: str, uid: int) -> Response:
        return _download(self._stored(address, uid).raw, f"{uid}.eml")

    def file(self, address: str, uid: int, number: int) -> Response:
        letter = letter_of(self._stored(address, uid))
        parts = [*letter.attachments, *letter.inline]
        if number >= len(parts):
            abort(404, "This mail has no such file.")
        return _download(parts[number].content, parts[number].name)

    def write(self) -> str:
        address = request.args.get("from", "")
        draft = Draft(sender=address, to=request.args.get("to", ""))
        if "uid" in request.args:
            stored = self._stored(address, request.args.get("uid", 0, type=int))
            draft = answer_to(letter_of(stored), as_=address)
        return self._form(draft, {})

    def send(self) -> ResponseReturnValue:
        draft = _typed()
        faults = draft.faults()
        if not faults:
            refusal = self._submit(draft)
            if refusal is None:
                sent_to = draft.recipients()[0].lower()
                return redirect(url_for(".box", address=sent_to, sent=len(draft.recipients())), 303)
            faults = {"smtp": refusal}
        return self._form(draft, faults), 422

    def _submit(self, draft: Draft) -> str | None:
        """Send it by SMTP; the server's refusal in its own words, or None."""
        ((_, sender),) = addresses(draft.sender)
        raw = composed(draft, self.webmail.now())
        try:
            refused = self.world.submit(raw, sender, draft.recipients(), authentic=not draft.forged)
        except (smtplib.SMTPException, OSError) as error:
            return f"The mail server did not take it: {error}"
        return (
            "; ".join(f"{to}: {reply.decode('utf-8', 'replace')}" for to, (_, reply) in refused.items())
            or None
        )

    def _form(self, draft: Draft, faults: dict[str, str]) -> str:
        return render_template(
            "webmail/write.html",
            draft=draft,
            faults=faults,
            links=self.webmail.links,
            known=dict.fromkeys([*self.webmail.sponsors, *self.webmail.desk, *self.world.addresses()]),
        )

    def _page(self, template: str, address: str, **values: object) -> str:
        return render_template(
            template,
            address=address,
            folder=_folder(),
            folders=shelves.folders(self.world, address),
            groups=shelves.groups(self.world, desk=self.webmail.desk, sponsors=self.webmail.sponsors),
            links=self.webmail.links,
            now=self.webmail.now(),
            sent=request.args.get("sent", 0, type=int),
            watch=url_for(".version"),
            version=str(self.world.version),
            **values,
        )

    def _stored(self, address: str, uid: int) -> StoredMail:
        stored = shelves.find(self.world, address, _folder(), uid)
        if stored is None:
            abort(404, "There is no such mail (any more); it may have been moved to another folder.")
        return stored


def _folder() -> str:
    return request.args.get("folder") or INBOX


def _typed() -> Draft:
    form = request.form
    files = [upload for upload in request.files.getlist("files") if upload.filename]
    return Draft(
        sender=form.get("sender", ""),
        to=form.get("to", ""),
        cc=form.get("cc", ""),
        bcc=form.get("bcc", ""),
        subject=form.get("subject", ""),
        text=form.get("text", ""),
        in_reply_to=form.get("in_reply_to", ""),
        references=form.get("references", ""),
        forged="forged" in form,
        enclosures=[Enclosure(upload.filename or "", upload.mimetype, upload.read()) for upload in files],
    )


def _download(content: bytes, name: str) -> Response:
    """Always as a file of no type: nothing that came by mail is opened inside the browser."""
    return send_file(
        io.BytesIO(content), mimetype="application/octet-stream", as_attachment=True, download_name=name
    )
