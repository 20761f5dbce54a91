"""`usher audit`: prove that the trail is whole, or print it."""

from dataclasses import asdict

import typer

from handlers.cli.desk import open_desk
from handlers.cli.output import JsonOption, plain, print_json, say

app = typer.Typer(help="The audit trail.", no_args_is_help=True)


@app.command(epilog="Example: usher audit verify")
def verify(*, as_json: JsonOption = False) -> None:
    """Recompute the chain of the whole trail. Exit 1 when a link does not hold."""
    from bot.services import audit

    with open_desk() as desk:
        proof = audit.verify(desk.db)
    if as_json:
        print_json(asdict(proof))
    elif proof.broken_at is None:
        say(f"[green]whole[/green]: {proof.events} events, head {plain(proof.head or '(none)')}")
    else:
        say(f"[red]broken[/red] at event {proof.broken_at} of {proof.events}: compare with your backups")
    raise typer.Exit(0 if proof.broken_at is None else 1)


@app.command(epilog="Example: usher audit export --json > trail.jsonl")
def export(*, as_json: JsonOption = False) -> None:
    """Print every event, oldest first."""
    from bot.services import audit

    with open_desk() as desk:
        for event in audit.export(desk.db):
            if as_json:
                print_json({**asdict(event), "at": event.at.isoformat()})
            else:
                said = " ".join(f"{name}={value}" for name, value in event.data.items())
                at = f"{event.at:%Y-%m-%d %H:%M:%S}"
                say(plain(f"{event.seq:>6} {at} {event.tag} {event.subject} {event.actor} {said}".rstrip()))
