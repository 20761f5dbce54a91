"""`usher audit`: prove that the trail is whole, or print it."""

from dataclasses import asdict

import typer

from bot import bootstrap
from bot import settings as settings_room
from bot.services import audit
from handlers.cli.output import JsonOption, console, print_json

app = typer.Typer(help="The audit trail.", no_args_is_help=True)


@app.command(epilog="Example: usher audit verify")
def verify(*, as_json: JsonOption = False) -> None:
    """Recompute the chain of the whole trail. Exit 1 when a link does not hold."""
    settings = settings_room.load()
    bootstrap.open_database(settings)
    with bootstrap.connect(settings) as db:
        proof = audit.verify(db)
    if as_json:
        print_json(asdict(proof))
    elif proof.broken_at is None:
        console.print(f"whole: {proof.events} events, head {proof.head}", highlight=False)
    else:
        console.print(f"broken at event {proof.broken_at} of {proof.events}", highlight=False)
    raise typer.Exit(0 if proof.broken_at is None else 1)


@app.command(epilog="Example: usher audit export --json > trail.jsonl")
def export(*, as_json: JsonOption = False) -> None:
    """Print every event, oldest first."""
    settings = settings_room.load()
    bootstrap.open_database(settings)
    with bootstrap.connect(settings) as db:
        for event in audit.export(db):
            if as_json:
                print_json({**asdict(event), "at": event.at.isoformat()})
            else:
                line = f"{event.seq} {event.at:%Y-%m-%d %H:%M:%S} {event.tag} {event.subject} {event.actor}"
                console.print(line, dict(event.data) or "", highlight=False, markup=False)
