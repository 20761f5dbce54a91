"""The pages behind a partner's invitation: the form, and what became of the two mails after it.

GET shows, POST acts; what acted answers by a redirect, so that a reload does nothing.
"""

import json
from collections.abc import Collection, Sequence

from flask import Blueprint, Flask, Response, abort, request, session, url_for

from bot.domain.consents import Consent
from bot.domain.errors import LinkExpired, LinkUnknown, Refusal
from bot.domain.partners import Invitation
from bot.domain.prolongation_refusals import ConsentsChanged
from bot.domain.registration import Fault
from bot.domain.registration_refusals import OwnAddress
from bot.rendering.pages import partners as shown
from bot.rendering.partner_mails import role_title
from bot.services import consents, partner_wishes, partners
from bot.services.registration import read_address
from handlers.portal.frame import Frame
from handlers.portal.registration import show_asking

WRONG = 400


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("partners", __name__)
    room.add_url_rule("/invite/<token>", "show", frame.view(show))
    room.add_url_rule("/invite/<token>", "act", frame.view(act), methods=["POST"])
    room.add_url_rule("/invite/<token>/again", "again", frame.view(mail_again), methods=["POST"])
    room.add_url_rule("/invite/asked", "asked", frame.view(show_asked))
    room.add_url_rule("/invite/sent/<token>", "sent", frame.view(show_sent))
    room.add_url_rule("/invite/sent/<token>", "send_again", frame.view(send_again), methods=["POST"])
    frame.takes_links(room)
    app.register_blueprint(room)
    asking = Blueprint("partner_requests", __name__)
    asking.add_url_rule("/register/partner", "ask", frame.view(ask), methods=["POST"])
    asking.add_url_rule("/register/partner/asked", "asked", frame.view(show_wish))
    frame.guards.tries(asking)
    app.register_blueprint(asking)


def show(token: str, *, frame: Frame) -> Response:
    try:
        invited = _get(token, frame)
    except (LinkUnknown, LinkExpired):
        return _over(token, frame)
    return _page(invited, frame)


def act(token: str, *, frame: Frame) -> Response:
    do = request.form.get("do", "")
    if do not in {"submit", "reset"}:
        abort(WRONG)
    try:
        return _reset(token, frame) if do == "reset" else _submit(token, frame)
    except (LinkUnknown, LinkExpired):
        return _over(token, frame)


def _reset(token: str, frame: Frame) -> Response:
    with frame.bot.connect() as db:
        partners.reset(db, token, now=frame.bot.clock.now())
    return frame.pages.go("partners.show", token=token)


def _submit(token: str, frame: Frame) -> Response:
    agreed = frozenset(one for one in Consent if request.form.get(shown.field_of(one)) == "yes")
    bot, lang, sent = frame.bot, frame.pages.words().lang, _fingerprint()
    try:
        with bot.connect() as db:
            done = partners.submit(
                db,
                bot.desk,
                token,
                request.form,
                agreed=agreed,
                seen=request.form.get("seen", ""),
                lang=lang,
                sent=sent,
                now=bot.clock.now(),
            )
    except (LinkUnknown, LinkExpired):
        with bot.connect() as db:
            page = partners.find_sent(db, token, sent=sent)
        if not page:
            raise
        return frame.pages.go("partners.sent", token=page)
    if done.sent:
        return frame.pages.go("partners.sent", token=done.sent)
    invited, faults = _get(token, frame), done.filled.faults
    if done.reworded:
        return _page(invited, frame, faults=faults, no=ConsentsChanged())
    return _page(invited, frame, faults=faults, agreed=agreed, unticked=done.unticked)


def _fingerprint() -> str:
    """What was typed, and in which browser: each has a key of its own against forged forms."""
    return json.dumps([session.get("csrf_token", ""), request.form.to_dict()])


def mail_again(token: str, *, frame: Frame) -> Response:
    """What is needed next goes to the address on file, if anything is; everybody is told the same."""
    with frame.bot.connect() as db:
        partners.renew(db, frame.bot.desk, token, now=frame.bot.clock.now())
    return frame.pages.go("partners.asked")


def show_asked(*, frame: Frame) -> Response:
    say = frame.pages.words().say
    return frame.pages.render(
        "way_back.html",
        title=say("page.partner.asked.title"),
        text=say("page.partner.asked.text"),
        post="",
        link="",
        ask=True,
        sign_in=True,
    )


def show_sent(token: str, *, frame: Frame, note: str = "", status: int = 200) -> Response:
    with frame.bot.connect() as db:
        mailed = partners.get_mailed(db, token, now=frame.bot.clock.now())
    return frame.pages.render(
        "invite_sent.html",
        status=status,
        sponsor=frame.bot.desk.policy.mag.sponsor,
        over=mailed.is_over,
        mails=mailed.mails,
        changes=shown.list_changes(mailed.form.draft, mailed.form.changes, frame.pages.words()),
        may_send=mailed.may_send,
        waits_since=mailed.waits_since,
        again=url_for("partners.send_again", token=token),
        note=note,
    )


def send_again(token: str, *, frame: Frame) -> Response:
    with frame.bot.connect() as db:
        sent = partners.send_again(db, frame.bot.desk, token, now=frame.bot.clock.now())
    if not sent:
        return show_sent(token, frame=frame, note="rest", status=WRONG)
    return frame.pages.go("partners.sent", token=token)


def ask(*, frame: Frame) -> Response:
    """Somebody wishes for an invitation: the desk decides, and whoever gives an address is told the same."""
    form, bot, lang = request.form, frame.bot, frame.pages.words().lang
    email = read_address(form.get("email", ""))
    if not email:
        return show_asking(frame=frame, wish=form, status=WRONG)
    name, company = form.get("name", ""), form.get("company", "")
    try:
        with bot.connect() as db:
            partner_wishes.ask(
                db, bot.desk, email=email, name=name, company=company, lang=lang, now=bot.clock.now()
            )
    except OwnAddress as no:
        return show_asking(frame=frame, wish=form, note=frame.pages.words().refusal(no), status=WRONG)
    return frame.pages.go("partner_requests.asked")


def show_wish(*, frame: Frame) -> Response:
    say = frame.pages.words().say
    return frame.pages.render(
        "way_back.html",
        title=say("page.partner_request.asked.title"),
        text=say("page.partner_request.asked.text"),
        post="",
        link="",
        ask=True,
        sign_in=True,
    )


def _get(token: str, frame: Frame) -> Invitation:
    with frame.bot.connect() as db:
        return partners.get_invitation(db, token, now=frame.bot.clock.now())


def _page(
    invited: Invitation,
    frame: Frame,
    *,
    faults: Sequence[Fault] = (),
    agreed: Collection[Consent] = (),
    unticked: Sequence[Consent] = (),
    no: Refusal | None = None,
) -> Response:
    words, extranet = frame.pages.words(), frame.bot.desk.policy.extranet
    role = extranet.roles.get(invited.role)
    needs = role is not None and role.needs_vat_id
    with frame.bot.connect() as db:
        form = partners.get_form(db, invited)
    return frame.pages.render(
        "invite.html",
        status=WRONG if faults or unticked or no else 200,
        note=words.refusal(no) if no else "",
        seen=consents.digest(frame.bot.desk, words.lang),
        invited=invited,
        role=role_title(invited.role, frame.bot.desk.policy, words.lang),
        again=bool(invited.closed_id),
        parts=shown.parts(form.draft, faults, words, needs_vat_id=needs, changes=form.changes),
        consents=shown.consents_again(extranet.consents, agreed, unticked, form.answers, words),
        faults=shown.listed(faults, unticked, words),
    )


def _over(token: str, frame: Frame) -> Response:
    """Never was, used, or too old: the page does not say which."""
    say = frame.pages.words().say
    return frame.pages.render(
        "way_back.html",
        status=404,
        title=say("page.partner.over.title"),
        text=say("page.partner.over.text"),
        post=url_for("partners.again", token=token),
        link="",
        button=say("page.partner.over.button"),
        ask=True,
        sign_in=True,
    )
