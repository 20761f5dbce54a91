"""`usher lifecycle`: what the 90-day clock will do on a day, and a look of it now."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handlers.cli.desk import OpenDesk, open_desk
from handlers.cli.files import check_readable
from handlers.cli.output import JsonOption, plain, print_json, print_table, say

if TYPE_CHECKING:
    from bot.domain.lifecycle import ClockRules, Foreseen
    from bot.services.lifecycle import Expected

WAITS = 1  #: the exit code where mails wait for a click

app = typer.Typer(help="The 90-day clock of the Partner Extranet.", no_args_is_help=True)

OnOption = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], metavar="DATE", help="The day.")
]
AgainstOption = Annotated[
    Path | None,
    typer.Option(
        "--against", metavar="FILE", help="Another usher.toml: who it affects; all days without --on."
    ),
]


@app.command("preview", epilog="Example: usher lifecycle preview --on 2026-03-02 --json")
def preview(on: OnOption = None, *, against: AgainstOption = None, as_json: JsonOption = False) -> None:
    """Print who would get which mail that day, if nobody does anything before; nothing is changed.

    With another policy in USHER_CONFIG it shows what that brings; with --against, who would get something
    else by the policy of that file, before and after the change.
    """
    from bot.services import lifecycle

    if against is not None:
        _print_affected(against, on.date() if on else None, as_json=as_json)
        return
    if on is None:
        raise typer.BadParameter("name a day with --on, or another usher.toml with --against")
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


def _print_affected(file: Path, on: date | None, *, as_json: bool) -> None:
    from bot import policy
    from bot.services import lifecycle

    check_readable([file])
    other = policy.load(file, setting="--against").clock_rules
    with open_desk() as opened:
        rules = opened.desk.policy.clock_rules
        found = [
            (
                one.account,
                [_brief(step, rules) for step in one.before],
                [_brief(step, other) for step in one.after],
            )
            for one in lifecycle.compare(opened.db, opened.desk, other, on=on, now=opened.now)
        ]
    if as_json:
        for account, before, after in found:
            print_json({"user_id": account.user_id, "email": account.email, "before": before, "after": after})
    elif not found:
        say("nobody gets anything else")
    else:
        shown = [[one.user_id, one.email, _days(before), _days(after)] for one, before, after in found]
        print_table(("user_id", "email", "before", "after"), shown)


def _brief(one: "Foreseen", rules: "ClockRules") -> dict[str, str]:
    life = one.step.life
    return {
        "at": one.at.astimezone(rules.calendar.zone).isoformat(timespec="minutes"),
        "does": one.step.does,
        "ends_on": life.ends_on.isoformat(),
        "back_until": life.back_until(rules).isoformat(),
    }


def _days(steps: list[dict[str, str]]) -> str:
    return "\n".join(f"{one['at'][:10]} {one['does']}" for one in steps)


def _line(opened: OpenDesk, one: "Expected") -> dict[str, str | None]:
    """`does`: the stage whose mail goes, or "closed"; `held`: why the end moves, where it does."""
    step, rules = one.foreseen.step, opened.desk.policy.clock_rules
    return {
        "at": one.foreseen.at.astimezone(rules.calendar.zone).isoformat(timespec="minutes"),
        "does": step.does,
        "user_id": one.account.user_id,
        "email": one.account.email,
        "lang": one.account.lang,
        "ends_on": step.life.ends_on.isoformat(),
        "back_until": step.life.back_until(rules).isoformat(),
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
            help="Warn now of what is due by then, a week ahead at most; nothing ends early.",
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
