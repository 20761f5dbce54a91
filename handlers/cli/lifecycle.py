"""`usher lifecycle`: what the 90-day clock will do on a day, and a look of it now."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from handlers.cli.desk import OpenDesk, open_desk
from handlers.cli.output import JsonOption, plain, print_json, print_table, say

if TYPE_CHECKING:
    from bot.services.lifecycle import Expected

WAITS = 1  #: the exit code where mails wait for a click

app = typer.Typer(help="The 90-day clock of the Partner Extranet.", no_args_is_help=True)

OnOption = Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], metavar="DATE", help="The day.")]


@app.command("preview", epilog="Example: usher lifecycle preview --on 2026-03-02 --json")
def preview(on: OnOption, *, as_json: JsonOption = False) -> None:
    """Print who would get which mail that day, if nobody does anything before; nothing is changed.

    With another policy in USHER_CONFIG it shows what a change of the policy does.
    """
    from bot.services import lifecycle

    with open_desk() as opened:
        found = lifecycle.preview(opened.db, opened.desk, on=on.date(), now=opened.now)
        lines = [_line(opened, one) for one in found]
    if as_json:
        for line in lines:
            print_json(line)
        return
    if not lines:
        say(f"nothing is due on {on.date()}")
        return
    headings = ("at", "does", "user_id", "email", "ends_on", "back_until", "held")
    print_table(headings, [[line[heading] for heading in headings] for line in lines])


def _line(opened: OpenDesk, one: "Expected") -> dict[str, str | None]:
    """`does`: the stage whose mail goes, or "closed"; `held`: why the end moves, where it does."""
    step, rules = one.foreseen.step, opened.desk.policy.clock_rules
    return {
        "at": one.foreseen.at.astimezone(rules.calendar.zone).isoformat(timespec="minutes"),
        "does": str(step.gives) if step.gives else "closed" if step.closes else "held",
        "user_id": one.account.user_id,
        "email": one.account.email,
        "lang": one.account.lang,
        "ends_on": step.life.ends_on.isoformat(),
        "back_until": rules.last_way_back(step.life.ends_on).isoformat(),
        "cycle": str(step.life.cycle),
        "held": str(step.held) if step.held else None,
    }


@app.command("run", epilog="Example: usher lifecycle run")
def run(
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on",
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="Warn now of what is due by then; nothing ends early.",
        ),
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Also if so many wait for a click.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Do what is due, as the service does every minute: queue the mails, expire, close.

    Exit 1 where more are due than go by themselves: they wait for a click in Slack, or for --all.
    """
    from bot.services import lifecycle_gates, lifecycle_rounds

    with open_desk() as opened:
        db, desk, now = opened.db, opened.desk, opened.now
        until = _end_of(on.date(), opened) if on else None
        ran = lifecycle_rounds.run(db, desk, now=now, warn_until=until)
        if ran.waiting and every and (gate := lifecycle_gates.find_shut(db)):
            lifecycle_gates.open_gate(db, desk, gate.id, by=opened.by, now=now, until=until)
            ran = lifecycle_rounds.run(db, desk, now=now, warn_until=until, agreed=True)
    told = {str(stage): number for stage, number in ran.told.items()}
    if as_json:
        print_json({"told": told, "held": ran.held, "closed": ran.closed, "waiting": ran.waiting})
    elif ran.waiting:
        say(f"{ran.waiting} accounts are due: they wait for a click in the support channel, or for --all")
    else:
        mails = ", ".join(f"{stage} {number}" for stage, number in told.items()) or "no mail"
        say(plain(f"{mails}; {ran.held} ends moved, {ran.closed} accounts closed"))
    if ran.waiting:
        raise typer.Exit(WAITS)


def _end_of(day: date, opened: OpenDesk) -> datetime:
    """A day that has passed brings nothing: whatever was due is due now. Raise DayPassed."""
    from bot.services import lifecycle

    return lifecycle.get_end_of(opened.desk, day, now=opened.now)
