"""Account Recovery: ask for a way back, and the page behind its mail. Strangers learn nothing here."""

from flask import Blueprint, Flask, Response, request

from bot.domain.errors import LinkExpired, LinkUnknown, Refusal
from bot.domain.password_refusals import AnswerWrong, PasswordMeanwhile, TriesResting
from bot.domain.passwords import PasswordFault
from bot.rendering.pages.fields import FieldFault
from bot.rendering.pages.passwords import new_password
from bot.services import recovery
from bot.services.passwords import find_plain_faults, owner_of
from bot.services.recovery import Recovery
from handlers.portal.frame import Frame

WRONG = 400
METHODS = {"link": recovery.ask_for_link, "administrator": recovery.ask_administrator}


def register(app: Flask, frame: Frame) -> None:
    asking = Blueprint("recovery", __name__)
    asking.add_url_rule("/password/forgotten", "show", frame.view(show))
    asking.add_url_rule("/password/forgotten", "ask", frame.view(ask), methods=["POST"])
    asking.add_url_rule("/password/asked/<method>", "asked", frame.view(show_asked))
    frame.guards.tries(asking)
    app.register_blueprint(asking)
    linked = Blueprint("reset", __name__)
    linked.add_url_rule("/password/done", "done", frame.view(show_done))
    linked.add_url_rule("/password/<token>", "show", frame.view(show_link))
    linked.add_url_rule("/password/<token>", "recover", frame.view(recover), methods=["POST"])
    frame.takes_links(linked)
    app.register_blueprint(linked)


def show(*, frame: Frame) -> Response:
    return _ask_page(frame, name="", method="", faults=[])


def ask(*, frame: Frame) -> Response:
    """The same page after the same work, whoever was named."""
    say = frame.pages.words().say
    name, method = request.form.get("name", ""), request.form.get("method", "")
    faults = []
    if not name.strip():
        faults.append(FieldFault(field="name", words=say("page.recovery.fault.name")))
    if method not in METHODS:
        faults.append(FieldFault(field="method-link", words=say("page.recovery.fault.method")))
    if faults:
        return _ask_page(frame, name=name, method=method, faults=faults)
    with frame.bot.connect() as db:
        METHODS[method](db, frame.bot.desk, name, now=frame.bot.clock.now())
    return frame.pages.go("recovery.asked", method=method)


def show_asked(method: str, *, frame: Frame) -> Response:
    say = frame.pages.words().say
    known = method if method in METHODS else "link"
    return frame.pages.render(
        "way_back.html",
        title=say("page.recovery.sent.title"),
        text=f"{say(f'page.recovery.sent.{known}')} {say('page.recovery.sent.none')}",
        post="",
        link="",
        ask=True,
        desks=frame.bot.desk.policy.with_accounts,
        sign_in=False,
    )


def show_link(token: str, *, frame: Frame) -> Response:
    try:
        found = _get(token, frame)
    except (LinkUnknown, LinkExpired):
        return _over(frame)
    return _page(token, found, frame)


def recover(token: str, *, frame: Frame) -> Response:
    try:
        return _recover(token, frame)
    except (LinkUnknown, LinkExpired):
        return _over(frame)


def _recover(token: str, frame: Frame) -> Response:
    """Raise LinkUnknown or LinkExpired; of two clicks the second sees what the first has reached."""
    form, desk, now = request.form, frame.bot.desk, frame.bot.clock.now()
    answer, new = form.get("answer", ""), form.get("password", "")
    if new != form.get("again", ""):
        found = _get(token, frame)
        broken = find_plain_faults(desk, found.account, new)
        return _page(token, found, frame, broken=broken, unlike=True)
    try:
        with frame.bot.connect() as db:
            faults = recovery.recover(db, desk, token, answer=answer, new=new, now=now)
    except (AnswerWrong, PasswordMeanwhile, TriesResting) as no:
        return _page(token, _get(token, frame), frame, no=no)
    if not faults:
        return frame.pages.go("reset.done")
    return _page(token, _get(token, frame), frame, broken=faults)


def show_done(*, frame: Frame) -> Response:
    say = frame.pages.words().say
    return frame.pages.render(
        "way_back.html",
        title=say("page.recovery.done.title"),
        text=say("page.recovery.done.text"),
        post="",
        link="/sign-in",
        button=say("page.recovery.done.button"),
        ask=False,
        sign_in=False,
    )


def _get(token: str, frame: Frame) -> Recovery:
    with frame.bot.connect() as db:
        return recovery.get(db, frame.bot.desk, token, now=frame.bot.clock.now())


def _ask_page(frame: Frame, *, name: str, method: str, faults: list[FieldFault]) -> Response:
    """The same for every programme: whoever types a name learns not where it has an account."""
    status = WRONG if faults else 200
    desks = frame.bot.desk.policy.with_accounts
    return frame.pages.render(
        "recovery.html", status=status, name=name, method=method, faults=faults, desks=desks
    )


def _page(
    token: str,
    found: Recovery,
    frame: Frame,
    *,
    broken: tuple[PasswordFault, ...] = (),
    unlike: bool = False,
    no: Refusal | None = None,
) -> Response:
    words, account = frame.pages.words(), found.account
    rules = frame.bot.desk.policy.password_rules(account.programme)
    return frame.pages.render(
        "new_password.html",
        of=account.programme,
        status=WRONG if broken or unlike or no else 200,
        answer=request.form.get("answer", ""),
        title=words.say("page.recovery.new.title"),
        lead=words.say("page.recovery.new.lead", user_id=account.user_id),
        note=words.refusal(no) if no else "",
        closed=False,
        form=new_password(owner_of(account), rules, words, broken=broken, unlike=unlike),
        account=account,
        action=f"/password/{token}",
        question=words.name(found.question) if found.question else "",
        alone=found.alone,
        asks_current=False,
        button=words.say("page.recovery.button"),
    )


def _over(frame: Frame) -> Response:
    """Never was, used, or too old: the page does not say which."""
    say = frame.pages.words().say
    return frame.pages.render(
        "way_back.html",
        status=404,
        title=say("page.recovery.over.title"),
        text=say("page.recovery.over.text"),
        post="",
        link="/password/forgotten",
        button=say("page.recovery.over.button"),
        ask=False,
        sign_in=False,
    )
