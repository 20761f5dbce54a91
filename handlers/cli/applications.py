"""`usher applications`: what an application needs to take people over."""

from typing import Annotated

import typer

from bot.domain.errors import SettingsFault
from handlers.cli.desk import open_desk
from handlers.cli.output import JsonOption, plain, print_json, say

app = typer.Typer(help="What an application needs to take people over.", no_args_is_help=True)


@app.command("key", epilog="Example: usher applications key ForumPass")
def key(
    name: Annotated[str, typer.Argument(help="The application, as usher.toml names it.")],
    as_json: JsonOption = False,
) -> None:
    """Print the key with which an application checks hand-overs; it opens nothing else."""
    from bot.domain.launch import purpose_of

    with open_desk() as opened:
        known = opened.desk.policy.mag.applications
        if name not in known:
            raise SettingsFault(f"{name} is no application of usher.toml; it names {', '.join(known)}")
        made = opened.desk.keyring.reveal(purpose_of(name))
    if as_json:
        print_json({"application": name, "key": made})
    else:
        say(plain(made))
