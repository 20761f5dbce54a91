"""The pages behind an activation mail: a password, then security questions. GET shows, completion spends."""

from flask import Blueprint, Flask, Response, request

from bot.domain.errors import LinkExpired, LinkUnknown
from bot.domain.password_refusals import DraftGone
from bot.domain.passwords import PasswordFault
from bot.domain.programmes import Programme
from bot.rendering.pages.passwords import new_password
from bot.rendering.pages.questions import Questions, questions
from bot.services import activation, sessions
from bot.services.activation import Activation
from bot.services.passwords import find_plain_faults, owner_of
from handlers.portal import visitors
from handlers.portal.frame import Frame
from handlers.portal.security_questions import given_answers

WRONG = 400


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("activation", __name__)
    room.add_url_rule("/activate/sent", "sent", frame.view(show_sent))
    room.add_url_rule("/activate/<token>", "show", frame.view(show))
    room.add_url_rule("/activate/<token>", "choose", frame.view(choose), methods=["POST"])
    room.add_url_rule("/activate/<token>/again", "again", frame.view(mail_again), methods=["POST"])
    page = "/activate/<token>/questions/<draft>"
    room.add_url_rule(page, "ask", frame.view(ask))
    room.add_url_rule(page, "complete", frame.view(complete), methods=["POST"])
    frame.takes_links(room)
    app.register_blueprint(room)


def show(token: str, *, frame: Frame) -> Response:
    try:
        found = _get(token, frame)
    except (LinkUnknown, LinkExpired):
        return _over(token, frame)
    return _first(token, found, frame)


def choose(token: str, *, frame: Frame) -> Response:
    """The password is checked whole and kept as a hash; nothing counts before the questions are answered."""
    password, again = request.form.get("password", ""), request.form.get("again", "")
    desk, now = frame.bot.desk, frame.bot.clock.now()
    try:
        found = _get(token, frame)
        if password != again:
            broken = find_plain_faults(desk, found.account, password)
            return _first(token, found, frame, broken=broken, unlike=True)
        with frame.bot.connect() as db:
            draft, faults = activation.choose_password(db, desk, token, password, now=now)
    except (LinkUnknown, LinkExpired):
        return _over(token, frame)
    if faults:
        return _first(token, found, frame, broken=faults)
    then = "partner_activation" if found.account.is_partner else "activation"
    return frame.pages.go(f"{then}.ask", token=token, draft=draft)


def ask(token: str, draft: str, *, frame: Frame) -> Response:
    try:
        with frame.bot.connect() as db:
            activation.get_with_draft(db, token, draft, now=frame.bot.clock.now())
    except DraftGone as gone:
        return _first(token, _get(token, frame), frame, note=frame.pages.words().refusal(gone))
    except (LinkUnknown, LinkExpired):
        return _over(token, frame)
    return _second(token, draft, questions(frame.pages.words()), frame)


def complete(token: str, draft: str, *, frame: Frame) -> Response:
    """Everything at once: the account is active, and this browser is signed in to it."""
    given, words = given_answers(), frame.pages.words()
    desk, now = frame.bot.desk, frame.bot.clock.now()
    try:
        with frame.bot.connect() as db:
            visit, faults = activation.complete(db, desk, token, draft, given, now=now)
            if visit:
                sessions.end(db, visitors.token(), now=now)  # of whoever was signed in here before
    except DraftGone as gone:
        return _first(token, _get(token, frame), frame, note=words.refusal(gone))
    except (LinkUnknown, LinkExpired):  # of two clicks this may be the second
        return frame.pages.go("activation.show", token=token)
    if not visit:
        return _second(token, draft, questions(words, given, faults), frame)
    visitors.remember(visit)
    return frame.pages.go("dashboard.show")


def mail_again(token: str, *, frame: Frame) -> Response:
    """A new link goes to the address on file, if there is one; everybody is told the same."""
    with frame.bot.connect() as db:
        activation.renew(db, frame.bot.desk, token, now=frame.bot.clock.now())
    return frame.pages.go("activation.sent")


def show_sent(*, frame: Frame) -> Response:
    say = frame.pages.words().say
    return frame.pages.render(
        "way_back.html",
        title=say("page.activate.sent.title"),
        text=say("page.activate.sent.text"),
        post="",
        link="",
        ask=True,
        sign_in=False,
    )


def _get(token: str, frame: Frame) -> Activation:
    with frame.bot.connect() as db:
        return activation.get(db, token, now=frame.bot.clock.now())


def _first(
    token: str,
    found: Activation,
    frame: Frame,
    *,
    broken: tuple[PasswordFault, ...] = (),
    unlike: bool = False,
    note: str = "",
) -> Response:
    words, account, company = frame.pages.words(), found.account, found.customer
    rules = frame.bot.desk.policy.password_rules(account.programme)
    facts = {
        "user_name" if account.is_partner else "user_id": account.user_id,
        "email": account.email,
        "company": company.name,
        "role": "" if account.is_partner else words.role(account.role),
        "application": company.application,
    }
    return frame.pages.render(
        "activate.html",
        of=account.programme,
        status=WRONG if broken or unlike else 200,
        step=1,
        note=note,
        form=new_password(owner_of(account), rules, words, broken=broken, unlike=unlike),
        account=account,
        company=company.name or words.say("mail.nameless"),
        facts=[
            {"name": words.say(f"page.activate.{name}"), "value": value}
            for name, value in facts.items()
            if value
        ],
        action=f"/activate/{token}",
    )


def _second(token: str, draft: str, form: Questions, frame: Frame) -> Response:
    return frame.pages.render(
        "activate.html",
        of=Programme.MAG,  # partners have an authenticator app in place of questions
        status=WRONG if form.faults else 200,
        step=2,
        note="",
        form=form,
        action=f"/activate/{token}/questions/{draft}",
        back=f"/activate/{token}",
    )


def _over(token: str, frame: Frame) -> Response:
    """Never was, used, or too old: the page does not say which, but to whoever it has let in."""
    visitor = visitors.find(frame)
    with frame.bot.connect() as db:
        if visitor and activation.was_for(db, token, visitor.account):
            return frame.pages.go("dashboard.show")
    say = frame.pages.words().say
    return frame.pages.render(
        "way_back.html",
        status=404,
        title=say("page.activate.over.title"),
        text=say("page.activate.over.text"),
        post=f"/activate/{token}/again",
        button=say("page.activate.over.button"),
        ask=False,
        sign_in=True,
    )
