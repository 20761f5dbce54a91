"""The pages on which an Organization Administrator looks after the people of their organisation."""

from collections.abc import Mapping

from flask import Blueprint, Flask, Response, request

from bot.domain.accounts import NewAccount, Origin
from bot.domain.errors import Refusal
from bot.domain.member_refusals import AddressShared, LastAdministrator, MemberUnknown
from bot.domain.members import FIELDS, Member, Members, read_member
from bot.domain.ris import Role
from bot.domain.sessions import Visitor
from bot.rendering.pages.members import fields, listed
from bot.services import accounts, member_invitations, members, phone_resets
from handlers.portal.frame import Frame
from handlers.portal.visitors import signed_in

REFUSED = 400
#: what each form asks besides the role
ASKED = {
    "member_new.html": tuple(name for name in FIELDS if name != "role"),
    "member_invite.html": ("email", "language"),
}


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("members", __name__, url_prefix="/users")
    room.add_url_rule("", "show", signed_in(frame, show))
    room.add_url_rule("/new", "form", signed_in(frame, form))
    room.add_url_rule("/new", "create", signed_in(frame, create), methods=["POST"])
    room.add_url_rule("/invite", "invitation", signed_in(frame, invitation))
    room.add_url_rule("/invite", "invite", signed_in(frame, invite), methods=["POST"])
    room.add_url_rule("/<int:number>", "one", signed_in(frame, one))
    room.add_url_rule("/<int:number>/deactivate", "ending", signed_in(frame, ending))
    room.add_url_rule(
        "/<int:number>/deactivate", "deactivate", signed_in(frame, deactivate), methods=["POST"]
    )
    for name in ACTS:
        room.add_url_rule(f"/<int:number>/{name}", name, signed_in(frame, act, name=name), methods=["POST"])
    room.add_url_rule(
        "/invitations/<int:number>/call-back", "call_back", signed_in(frame, call_back), methods=["POST"]
    )
    room.add_url_rule(
        "/invitations/<int:number>/again", "invite_again", signed_in(frame, invite_again), methods=["POST"]
    )
    app.register_blueprint(room)


def show(*, frame: Frame, visitor: Visitor) -> Response:
    everybody, now = _list(frame, visitor), frame.bot.clock.now()
    over = {each.id for each in everybody.invited if each.is_over(now)}
    with frame.bot.connect() as db:
        lost = accounts.list_lost_invitations(db, visitor.account.organisation, now=now)
    return frame.pages.render(
        "members.html", everybody=everybody, over=over, lost=list(lost), done=request.args.get("done")
    )


def form(*, frame: Frame, visitor: Visitor) -> Response:
    return _form("member_new.html", frame, visitor, {"language": visitor.account.lang}, {})


def create(*, frame: Frame, visitor: Visitor) -> Response:
    given = {name: request.form.get(name, "") for name in FIELDS}
    new, faults = _read(given, Origin.ADMINISTRATOR, frame)
    if new is None:
        return _form("member_new.html", frame, visitor, given, faults)
    bot, shared = frame.bot, _is_shared(new.email)
    try:
        with bot.connect() as db:
            members.create(db, bot.desk, new, by=visitor.account, now=bot.clock.now(), shared=shared)
    except Refusal as refusal:
        return _form("member_new.html", frame, visitor, given, {}, refusal=refusal)
    return frame.pages.go("members.show", done="created")


def invitation(*, frame: Frame, visitor: Visitor) -> Response:
    return _form("member_invite.html", frame, visitor, {"language": visitor.account.lang}, {})


def invite(*, frame: Frame, visitor: Visitor) -> Response:
    """Only the address, the language and the role: the rest they say themselves."""
    given = {"first_name": "-", "last_name": "-"} | {
        name: request.form.get(name, "") for name in (*ASKED["member_invite.html"], "role")
    }
    new, faults = _read(given, Origin.INVITED, frame)
    if new is None:
        return _form("member_invite.html", frame, visitor, given, faults)
    bot, shared = frame.bot, _is_shared(new.email)
    by, now = visitor.account, bot.clock.now()
    try:
        with bot.connect() as db:
            member_invitations.invite(
                db, bot.desk, email=new.email, role=new.role, lang=new.lang, by=by, now=now, shared=shared
            )
    except Refusal as refusal:
        return _form("member_invite.html", frame, visitor, given, {}, refusal=refusal)
    return frame.pages.go("members.show", done="invited")


def one(number: int, *, frame: Frame, visitor: Visitor) -> Response:
    everybody = _list(frame, visitor)
    found = _get(everybody, number)
    with frame.bot.connect() as db:
        lost, refusal = phone_resets.look(db, visitor, number) or (None, None)
        invitations = member_invitations.count_sent(db, found.account)
    return frame.pages.render(
        "member.html",
        member=found,
        heirs=_heirs(everybody, found),
        roles=list(Role),
        invitations=invitations,
        done=request.args.get("done"),
        lost=lost,
        refusal=refusal,
        refused=frame.pages.words().refusal(refusal) if refusal else "",
    )


def call_back(number: int, *, frame: Frame, visitor: Visitor) -> Response:
    with frame.bot.connect() as db:
        member_invitations.call_back(db, invitation_id=number, by=visitor.account, now=frame.bot.clock.now())
    return frame.pages.go("members.show", done="called_back")


def ending(
    number: int, *, frame: Frame, visitor: Visitor, not_ticked: bool = False, refused: str = ""
) -> Response:
    """The question before an account is deactivated."""
    member = _get(_list(frame, visitor), number)
    with frame.bot.connect() as db:
        invitations = member_invitations.count_sent(db, member.account)
    return frame.pages.render(
        "member_end.html",
        status=REFUSED if not_ticked or refused else 200,
        member=member,
        invitations=invitations,
        not_ticked=not_ticked,
        refused=refused,
    )


def deactivate(number: int, *, frame: Frame, visitor: Visitor) -> Response:
    if not request.form.get("sure"):
        return ending(number, frame=frame, visitor=visitor, not_ticked=True)
    bot = frame.bot
    try:
        with bot.connect() as db:
            members.deactivate(db, bot.desk, account_id=number, by=visitor.account, now=bot.clock.now())
    except LastAdministrator as refusal:
        said = frame.pages.words().refusal(refusal)
        return ending(number, frame=frame, visitor=visitor, refused=said)
    return frame.pages.go("members.one", number=str(number), done="deactivated")


def invite_again(number: int, *, frame: Frame, visitor: Visitor) -> Response:
    bot, by = frame.bot, visitor.account
    with bot.connect() as db:
        member_invitations.invite_again(db, bot.desk, invitation_id=number, by=by, now=bot.clock.now())
    return frame.pages.go("members.show", done="invited")


def act(number: int, *, name: str, frame: Frame, visitor: Visitor) -> Response:
    """One of the buttons on a person's page."""
    done = ACTS[name](number, frame, visitor)
    return frame.pages.go("members.one", number=str(number), done=done)


def _set_role(number: int, frame: Frame, visitor: Visitor) -> str:
    role = request.form.get("role", "")
    if role not in set(Role):
        raise MemberUnknown
    now = frame.bot.clock.now()
    with frame.bot.connect() as db:
        members.set_role(db, frame.bot.desk, account_id=number, role=Role(role), by=visitor.account, now=now)
    return "role"


def _reactivate(number: int, frame: Frame, visitor: Visitor) -> str:
    now = frame.bot.clock.now()
    with frame.bot.connect() as db:
        members.reactivate(db, frame.bot.desk, account_id=number, by=visitor.account, now=now)
    return "reactivated"


def _remind(number: int, frame: Frame, visitor: Visitor) -> str:
    now = frame.bot.clock.now()
    with frame.bot.connect() as db:
        members.remind(db, frame.bot.desk, account_id=number, by=visitor.account, now=now)
    return "reminded"


def _reset_password(number: int, frame: Frame, visitor: Visitor) -> str:
    now = frame.bot.clock.now()
    with frame.bot.connect() as db:
        members.reset_password(db, frame.bot.desk, account_id=number, by=visitor.account, now=now)
    return "reset"


def _ask_credential(number: int, frame: Frame, visitor: Visitor) -> str:
    now = frame.bot.clock.now()
    with frame.bot.connect() as db:
        return members.ask_credential(db, frame.bot.desk, account_id=number, by=visitor.account, now=now)


def _pass_key_on(number: int, frame: Frame, visitor: Visitor) -> str:
    everybody, to = _list(frame, visitor), _number("to")
    seat = next((each.seat for each in everybody.members if each.account.id == number), None)
    if seat is None:
        raise MemberUnknown
    seen, now = request.form.get("seen", ""), frame.bot.clock.now()
    with frame.bot.connect() as db:
        members.pass_key_on(
            db, frame.bot.desk, seat_id=seat.id, seen=seen, to=to, by=visitor.account, now=now
        )
    return "passed_on"


def _agree_lost(number: int, frame: Frame, visitor: Visitor) -> str:
    desk, now, reset = frame.bot.desk, frame.bot.clock.now(), _number("reset")
    with frame.bot.connect() as db:
        agreed = phone_resets.agree(db, desk, account_id=number, reset_id=reset, by=visitor, now=now)
    return "agreed_first" if agreed.is_undecided else "agreed"


def _refuse_lost(number: int, frame: Frame, visitor: Visitor) -> str:
    desk, now, reset = frame.bot.desk, frame.bot.clock.now(), _number("reset")
    with frame.bot.connect() as db:
        phone_resets.refuse(db, desk, account_id=number, reset_id=reset, by=visitor, now=now)
    return "refused"


def _number(field: str) -> int:
    """Of a hidden field; 0, which is nobody's, for whatever is none."""
    typed = request.form.get(field, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0  # noqa: PLR2004


def _get(everybody: Members, number: int) -> Member:
    """Raise MemberUnknown."""
    found = next((each for each in everybody.members if each.account.id == number), None)
    if found is None:
        raise MemberUnknown
    return found


def _list(frame: Frame, visitor: Visitor) -> Members:
    """Raise AdministratorsOnly for anybody else."""
    with frame.bot.connect() as db:
        return members.list_members(db, visitor.account)


def _read(given: Mapping[str, str], origin: Origin, frame: Frame) -> tuple[NewAccount | None, dict[str, str]]:
    return read_member(given, origin=origin, own_addresses=frame.bot.desk.own_addresses)


def _is_shared(email: str) -> bool:
    """Whether they have ticked that it is a colleague's address too; the tick is for that address alone."""
    return request.form.get("shared") == email


def _form(
    page: str,
    frame: Frame,
    visitor: Visitor,
    given: Mapping[str, str],
    faults: Mapping[str, str],
    *,
    refusal: Refusal | None = None,
) -> Response:
    """A form for an administrator, as it was typed; its role is chosen apart from the fields."""
    words, spare, ticked = frame.pages.words(), _list(frame, visitor).spare, request.form.get("shared", "")
    asked = refusal.values["email"] if isinstance(refusal, AddressShared) else ticked
    return frame.pages.render(
        page,
        status=REFUSED if faults or refusal else 200,
        fields=fields(ASKED[page], given, faults, words),
        faults=listed(faults, words),
        refused=words.refusal(refusal) if refusal else "",
        shared=asked,
        ticked=bool(ticked) and asked == ticked,
        chosen=given.get("role", Role.USER),
        spare=spare,
    )


def _heirs(everybody: Members, giver: Member) -> list[Member]:
    """To whom a key can go: whoever takes one and has none."""
    return [each for each in everybody.members if each.takes_key and each.seat is None and each != giver]


#: what a person's page can do, by the last part of its address
ACTS = {
    "role": _set_role,
    "reactivate": _reactivate,
    "remind": _remind,
    "reset": _reset_password,
    "credential": _ask_credential,
    "key": _pass_key_on,
    "lost-phones": _agree_lost,
    "not-lost": _refuse_lost,
}
