"""`usher accounts`: one account seen, mended, closed, and what the desk registers for it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handlers.cli import account_files
from handlers.cli.desk import open_desk
from handlers.cli.output import JsonOption, plain, print_json, print_table, say

if TYPE_CHECKING:
    from bot.domain.account_views import AccountAct, AccountView, LifeView

app = typer.Typer(help="See, unlock, extend, close and take over accounts.", no_args_is_help=True)
app.command("import", epilog="Example: usher accounts import partners.csv --dry-run")(
    account_files.import_file
)

Name = Annotated[str, typer.Argument(help="A User ID, or the address of exactly one account.")]


@app.command("show", epilog="Example: usher accounts show k7m3-x9p2")
def show(name: Name, *, as_json: JsonOption = False) -> None:
    """Say how an account stands: its state, locks, phones, and the newest mails to its owner."""
    from bot.services import account_views

    with open_desk() as opened:
        view = account_views.look_up(opened.db, opened.desk, name, by=opened.by, now=opened.now)
    if as_json:
        print_json(_facts(view))
        return
    facts = _facts(view)
    if view.closing:
        facts["closed_by"] = view.closing.name or view.closing.successor or view.closing.by
    mails, life = facts.pop("mails"), facts.pop("life")
    print_table(("", ""), [(name.replace("_", " "), _shown(value)) for name, value in facts.items()])
    if life:
        _print_life(life)
    print_table(("mail", "state", "at"), [tuple(mail.values())[:3] for mail in mails])


def _print_life(life: dict[str, Any]) -> None:
    coming, moves = life.pop("coming"), life.pop("moves")
    print_table(("life", ""), [(name.replace("_", " "), value) for name, value in life.items()])
    print_table(("comes", "does", "ends_on", "held"), [tuple(one.values()) for one in coming])
    print_table(("moved", "how", "by", "ends_on", "reason"), [tuple(one.values()) for one in moves])


@app.command(
    "extend", epilog="Example: usher accounts extend k7m3-x9p2 --until 2026-08-31 --reason 'On leave'"
)
def extend(
    name: Name,
    *,
    until: Annotated[
        datetime, typer.Option("--until", formats=["%Y-%m-%d"], metavar="DATE", help="The new last day.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why, on one line; it is kept beside the day.")],
) -> None:
    """Move the day on which a partner's account ends; an expired one works again."""
    from bot.services import account_views

    with open_desk() as opened:
        found = account_views.find(opened.db, name)
        view = account_views.extend(
            opened.db,
            opened.desk,
            account_id=found.id,
            ends_on=until.date(),
            reason=reason,
            by=opened.by,
            now=opened.now,
        )
    say(f"ends on {until.date()}: {plain(view.account.user_id)} ({plain(view.account.name)})")


@app.command("unlock", epilog="Example: usher accounts unlock k7m3-x9p2")
def unlock(name: Name) -> None:
    """Forget the wrong passwords, so that its owner may sign in at once."""
    from bot.domain.account_views import AccountAct

    _act(name, AccountAct.UNLOCK, "unlocked")


@app.command("close", epilog="Example: usher accounts close amara@works.example.com")
def close(
    name: Name,
    *,
    reopen: Annotated[bool, typer.Option("--reopen", help="Open it again.")] = False,
    asked: Annotated[
        bool, typer.Option("--asked", help="With --reopen: the customer closed it, and you asked there.")
    ] = False,
) -> None:
    """Sign its owner out everywhere; nobody signs in with it any more."""
    from bot.domain.account_views import AccountAct

    if asked and not reopen:
        raise typer.BadParameter("--asked goes with --reopen")
    act, done = (AccountAct.REOPEN, "open again") if reopen else (AccountAct.CLOSE, "closed")
    _act(name, act, done, asked=asked)


def _act(name: str, act: "AccountAct", done: str, *, asked: bool = False) -> None:
    from bot.services import account_views

    with open_desk() as opened:
        found = account_views.find(opened.db, name)
        view = account_views.act(
            opened.db, opened.desk, act, account_id=found.id, by=opened.by, now=opened.now, asked=asked
        )
    say(f"{done}: {plain(view.account.user_id)} ({plain(view.account.name)})")


def _facts(view: "AccountView") -> dict[str, Any]:
    account = view.account
    return {
        "user_id": account.user_id,
        "name": account.name,
        "email": account.email,
        "programme": account.programme,
        "company": view.customer.name,
        "role": account.role,
        "status": account.status,
        "activated_at": account.activated_at,
        "closed_at": view.closing.at if view.closing else None,
        "closed_by": view.closing.by if view.closing else None,
        "wrong_passwords": view.tries.wrong,
        "locked_until": view.tries.locked_until if view.is_locked else None,
        "signed_in_at": view.signed_in_at,
        "open_sessions": view.sessions,
        "phones": list(view.phones),
        "credential": account.credential,
        "certificates": list(view.certificates),
        "waits_for_terms": view.waits,
        "open_invitations": view.invitations,
        "mails": [
            {"mail": mail.template, "status": mail.status, "at": mail.at, "came_back": mail.came_back}
            for mail in view.mails
        ],
        "life": _life(view.life) if view.life else None,
    }


def _life(view: "LifeView") -> dict[str, Any]:
    life = view.life
    return {
        "state": life.state,
        "validated_on": life.validated_on,
        "ends_on": life.ends_on,
        "back_until": view.back_until,
        "cycle": life.cycle,
        "waits_for_a_click": view.waits,
        "coming": [
            {
                "at": one.at,
                "does": one.step.does,
                "ends_on": one.step.life.ends_on,
                "held": one.step.held,
            }
            for one in view.coming
        ],
        "moves": [
            {
                "at": moved.at,
                "how": moved.how,
                "by": moved.by,
                "ends_on": moved.ends_on,
                "reason": moved.reason,
            }
            for moved in view.moves
        ],
    }


def _shown(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


@app.command(
    "certificate", epilog="Example: usher accounts certificate k7m3-x9p2 'CN=Greta Lindgren,O=Example'"
)
def certificate(
    user_id: Annotated[str, typer.Argument(help="The account's User ID.")],
    subject: Annotated[
        str, typer.Argument(help="The certificate's subject, exactly as the proxy writes it.")
    ],
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Take it away again.")] = False,
) -> None:
    """Register an MLOA hardware certificate for an account: it makes a session as strong as can be.

    Its owner gets a mail, and the desk a note that names you.
    """
    from bot.services import certificates

    with open_desk() as opened:
        if remove:
            gone = certificates.drop(
                opened.db, opened.desk, user_id=user_id, subject=subject, by=opened.by, now=opened.now
            )
            say("removed" if gone else "nothing to remove: it is not registered for this account")
            return
        account = certificates.register(
            opened.db, opened.desk, user_id=user_id, subject=subject, by=opened.by, now=opened.now
        )
    say(f"registered for {plain(account.user_id)} ({plain(account.name)})")
