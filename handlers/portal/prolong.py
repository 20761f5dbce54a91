"""The pages by which a partner's account is validated again, or brought back; and the way to their link."""

from collections.abc import Collection

from flask import Blueprint, Flask, Response, abort, g, request

from bot.domain.consents import Consent
from bot.domain.errors import LinkExpired, LinkUnknown, Refusal
from bot.domain.password_refusals import PasswordMeanwhile
from bot.domain.passwords import PasswordFault
from bot.domain.prolongation import Prolongation, ProlongStep
from bot.domain.prolongation_refusals import AccountClosed, ConsentsChanged, ProlongationWaits
from bot.rendering.pages import partners
from bot.rendering.pages import prolong as shown
from bot.rendering.pages.fields import FieldFault
from bot.rendering.pages.passwords import new_password
from bot.services import consents, prolongation, sign_in
from bot.services.passwords import find_plain_faults, owner_of
from handlers.portal import visitors
from handlers.portal.frame import Frame

WRONG = 400


def register(app: Flask, frame: Frame) -> None:
    asking = Blueprint("prolong_asking", __name__)
    asking.add_url_rule("/prolong", "show", frame.view(show_ask))
    asking.add_url_rule("/prolong", "ask", frame.view(ask), methods=["POST"])
    asking.add_url_rule("/prolong/asked", "asked", frame.view(show_asked))
    frame.guards.tries(asking)
    app.register_blueprint(asking)
    linked = Blueprint("prolong", __name__)
    linked.add_url_rule("/prolong/<token>", "show", frame.view(show))
    linked.add_url_rule("/prolong/<token>", "act", frame.view(act), methods=["POST"])
    frame.guards.links(linked)
    app.register_blueprint(linked)


def show_ask(*, frame: Frame, faults: Collection[FieldFault] = ()) -> Response:
    return frame.pages.render(
        "prolong_ask.html",
        status=WRONG if faults else 200,
        faults=faults,
        back_days=frame.bot.desk.policy.clock_rules.reactivation,
    )


def ask(*, frame: Frame) -> Response:
    """The same page after the same work, whoever was named."""
    name = request.form.get("name", "")
    if not name.strip():
        said = frame.pages.words().say("page.prolong.ask.missing")
        return show_ask(frame=frame, faults=[FieldFault(field="name", words=said)])
    with frame.bot.connect() as db:
        prolongation.ask_for_link(db, frame.bot.desk, name, now=frame.bot.clock.now())
    return frame.pages.go("prolong_asking.asked")


def show_asked(*, frame: Frame) -> Response:
    say, policy = frame.pages.words().say, frame.bot.desk.policy
    rules, programme = policy.clock_rules, policy.extranet.name
    return frame.pages.render(
        "way_back.html",
        title=say("page.prolong.asked.title"),
        text=say("page.prolong.asked.text", programme=programme, days=rules.reactivation),
        post="",
        link="",
        ask=True,
        sign_in=False,
    )


def show(token: str, *, frame: Frame) -> Response:
    try:
        return _page(_get(token, frame), frame)
    except (LinkUnknown, LinkExpired) as no:
        return _over(no, frame)


def act(token: str, *, frame: Frame) -> Response:
    do = request.form.get("do", "")
    if do not in {"agree", "complete"}:
        abort(WRONG)
    try:
        found = _get(token, frame)
        answer = _agree(token, found, frame) if do == "agree" else _complete(token, found, frame)
    except (LinkUnknown, LinkExpired) as no:
        return _over(no, frame)
    return answer or frame.pages.go("prolong.show", token=token)


def _agree(token: str, found: Prolongation, frame: Frame) -> Response | None:
    """None once the answers are kept, or where none is needed any more."""
    agreed = frozenset(one for one in Consent if request.form.get(partners.field_of(one)) == "yes")
    bot, seen, lang = frame.bot, request.form.get("seen", ""), frame.pages.words().lang
    try:
        with bot.connect() as db:
            unticked = prolongation.agree(
                db, bot.desk, token, agreed=agreed, seen=seen, lang=lang, now=bot.clock.now()
            )
    except ConsentsChanged as no:
        return _page(found, frame, no=no)
    return _page(found, frame, agreed=agreed, unticked=unticked) if unticked else None


def _complete(token: str, found: Prolongation, frame: Frame) -> Response | None:
    """None once the account is valid again."""
    bot, password = frame.bot, request.form.get("password", "")
    if found.step is ProlongStep.PASSWORD and password != request.form.get("again", ""):
        broken = find_plain_faults(bot.desk, found.account, password)
        return _page(found, frame, broken=broken, unlike=True)
    try:
        with bot.connect() as db:
            faults = prolongation.complete(db, bot.desk, token, password, now=bot.clock.now())
    except (ConsentsChanged, ProlongationWaits, PasswordMeanwhile) as no:
        return _page(_get(token, frame), frame, no=no)
    if faults:
        return _page(found, frame, broken=faults)
    return _go_to_first_app(found, password, frame) if found.first_app and password else None


def _go_to_first_app(found: Prolongation, password: str, frame: Frame) -> Response | None:
    """The link and the password that was just set lead on to the app, which the account never had."""
    bot = frame.bot
    with bot.connect() as db:
        visit = sign_in.sign_in(
            db, bot.desk, name=found.account.user_id, password=password, now=bot.clock.now()
        )
    if not visit:  # another tab was faster, with another password
        return None
    visitors.remember(visit)
    return frame.pages.go("partner_home.anew")


def _get(token: str, frame: Frame) -> Prolongation:
    """Its page speaks as the mail that led here, until another language is chosen."""
    bot = frame.bot
    with bot.connect() as db:
        found = prolongation.get(db, bot.desk, token, now=bot.clock.now())
    g.link_lang = found.account.lang
    return found


def _page(
    found: Prolongation,
    frame: Frame,
    *,
    agreed: Collection[Consent] = (),
    unticked: Collection[Consent] = (),
    broken: tuple[PasswordFault, ...] = (),
    unlike: bool = False,
    no: Refusal | None = None,
) -> Response:
    words, desk, account = frame.pages.words(), frame.bot.desk, found.account
    rules = desk.policy.password_rules(account.programme)
    form = new_password(owner_of(account), rules, words, broken=broken, unlike=unlike)
    page = shown.show(
        found, desk.policy.extranet, desk.policy.clock_rules, words, agreed=agreed, unticked=unticked
    )
    return frame.pages.render(
        "prolong.html",
        status=WRONG if unticked or broken or unlike or no else 200,
        shown=page,
        step=str(found.step),
        waits=found.waits_until is not None,
        notes=(*([words.refusal(no)] if no else []), *page.notes),
        seen=consents.digest(desk, words.lang),
        form=form,
        faults=[*partners.listed((), tuple(unticked), words), *form.faults],
    )


def _over(no: LinkUnknown | LinkExpired, frame: Frame) -> Response:
    """None of ours, or of an earlier validation: it leads to a new one. Of a closed account: to none.

    Where the clock has closed it an invitation brings it back, where a person has only the support desk.
    """
    say, closed, shut = frame.pages.words().say, isinstance(no, LinkExpired), isinstance(no, AccountClosed)
    what = "shut" if shut else "closed" if closed else "over"
    return frame.pages.render(
        "way_back.html",
        status=410 if closed or shut else 404,
        title=say(f"page.prolong.{what}.title"),
        text=say(f"page.prolong.{what}.text"),
        post="",
        link="" if shut else "/register" if closed else "/prolong",
        button="" if shut else say(f"page.prolong.{what}.button"),
        ask=True,
        sign_in=not (closed or shut),
    )
