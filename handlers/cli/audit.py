"""`usher audit`: prove that the trail is whole, or print it."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from handlers.cli.desk import open_desk
from handlers.cli.output import JsonOption, plain, print_json, say

if TYPE_CHECKING:
    from bot.services.audit import Posted, Proof
    from handlers.cli.desk import OpenDesk

app = typer.Typer(help="The audit trail.", no_args_is_help=True)


@app.command(epilog="Example: usher audit verify")
def verify(
    *,
    offline: Annotated[bool, typer.Option("--offline", help="Without the heads in Slack.")] = False,
    head: Annotated[str | None, typer.Option(help="A head that you noted: the trail has to have it.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Recompute the chain of the whole trail, and compare it with the heads that were posted to Slack.

    Exit 1 when a link does not hold, or the trail lacks a head that Slack holds or that you name. What was
    posted before a restore may be lacking: the restore is named.
    """
    from bot.services import audit

    with open_desk() as desk:
        proof = audit.verify(desk.db)
        found = audit.find_head(desk.db, head.strip()) if head is not None else None
        posted, trouble = ((), "--offline") if offline else _compare(desk)
    if as_json:
        heads = [
            {**asdict(one.head), "agrees": one.agrees, "undone": one.undone and asdict(one.undone)}
            for one in posted
        ]
        noted = {"noted": {"hash": head, "seq": found}} if head is not None else {}
        print_json({**asdict(proof), "posted": heads, "not_compared": trouble} | noted)
    else:
        _say(proof, posted, trouble)
        if head is not None:
            _say_noted(found)
    missed = head is not None and found is None
    sound = proof.broken_at is None and all(one.sound for one in posted) and not missed
    raise typer.Exit(0 if sound else 1)


def _say_noted(found: int | None) -> None:
    if found:
        say(f"[green]has[/green] the head that you noted: it is that of event {found}")
    else:
        say("[red]lacks[/red] the head that you noted: the backup is older, or the trail was rewritten")


def _compare(desk: "OpenDesk") -> "tuple[tuple[Posted, ...], str]":
    """The heads that Slack holds; or why they could not be read, which proves nothing against the trail."""
    from bot import bootstrap
    from bot import settings as settings_room
    from bot.domain.errors import PermanentFailure, TransientFailure
    from bot.services import audit

    settings = settings_room.load()
    chat = bootstrap.make_chat(settings, bootstrap.make_clock(settings))
    try:
        return audit.compare(desk.db, chat, settings.slack_support_channel), ""
    except (TransientFailure, PermanentFailure) as exc:
        return (), str(exc)


def _say(proof: "Proof", posted: "tuple[Posted, ...]", trouble: str) -> None:
    if proof.broken_at is None:
        say(f"[green]whole[/green]: {proof.events} events, head {plain(proof.head or '(none)')}")
    else:
        say(f"[red]broken[/red] at event {proof.broken_at} of {proof.events}: compare with your backups")
    for one in posted:
        head = f"event {one.head.seq}, {plain(one.head.hash)}"
        if one.agrees:
            say(f"[green]agrees[/green] with the head that Slack holds of {head}")
        elif one.undone:
            restore = f"the restore of {one.undone.at:%Y-%m-%d %H:%M} UTC"
            say(f"[yellow]posted before[/yellow] {restore}: not compared with the head of {head}")
        else:
            say(
                f"[red]differs[/red] from the head that Slack holds of {head}: the trail was rewritten, or a "
                "database was put back without `usher restore`"
            )
    if proof.restored:
        restored = f"{proof.restored.at:%Y-%m-%d %H:%M} UTC by {plain(proof.restored.by)}"
        say(
            f"[yellow]restored[/yellow] {restored}, as event {proof.restored.seq} says: "
            "if nobody knows of that, the trail was rewritten"
        )
    if trouble:
        say(f"not compared with the heads in Slack: {plain(trouble)}")
    elif not posted:
        say("Slack holds no head yet; one is posted every night")


@app.command(epilog="Example: usher audit export --json > trail.jsonl")
def export(*, as_json: JsonOption = False) -> None:
    """Print every event, oldest first."""
    from bot.services import audit

    with open_desk() as desk:
        for event in audit.export(desk.db):
            if as_json:
                print_json(asdict(event))
            else:
                said = " ".join(f"{name}={value}" for name, value in event.data.items())
                at = f"{event.at:%Y-%m-%d %H:%M:%S}"
                say(plain(f"{event.seq:>6} {at} {event.tag} {event.subject} {event.actor} {said}".rstrip()))
