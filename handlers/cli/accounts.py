"""`usher accounts`: what the desk registers for an account."""

from typing import Annotated

import typer

from handlers.cli.desk import open_desk
from handlers.cli.output import plain, say

app = typer.Typer(help="Register what makes an account's sessions stronger.", no_args_is_help=True)


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
    """Register an MLOA hardware certificate for an account: it makes a session as strong as can be."""
    from bot.services import certificates

    with open_desk() as opened:
        if remove:
            gone = certificates.drop(
                opened.db, user_id=user_id, subject=subject, by=opened.by, now=opened.now
            )
            say("removed" if gone else "nothing to remove: it is not registered for this account")
            return
        account = certificates.register(
            opened.db, user_id=user_id, subject=subject, by=opened.by, now=opened.now
        )
    say(f"registered for {plain(account.user_id)} ({plain(account.name)})")
