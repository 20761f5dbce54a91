"""`usher jobs`: what waits, what failed and why; retry, drop, release."""

from typing import TYPE_CHECKING, Annotated

import typer

from handlers.cli.desk import open_desk
from handlers.cli.output import LARGEST, JsonOption, print_json, print_table, say

if TYPE_CHECKING:
    from bot.services.holds import Ended

app = typer.Typer(help="The outbox: what waits, what failed and why.", no_args_is_help=True)

JobId = Annotated[int, typer.Argument(max=LARGEST, help="The job's number, as in `usher jobs list`.")]


@app.command("list", epilog="Example: usher jobs list --json")
def list_jobs(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also what is over.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print what waits, what failed and why. Exit 1 when something failed or is unknown."""
    from bot.domain.outbox import JobStatus
    from bot.services import holds, outbox

    over = (JobStatus.SENT, JobStatus.REPLACED, JobStatus.DISCARDED, JobStatus.TOLD)
    shown = [status for status in JobStatus if everything or status not in over]
    with open_desk() as desk:
        jobs = outbox.list_jobs(desk.db, shown)
        since = holds.find(desk.db)
    headings = ("id", "status", "template", "recipient", "attempts", "next_at", "error")
    lines = [(j.id, j.status, j.template, j.recipient, j.attempts, j.next_at, j.error) for j in jobs]
    if as_json:
        for line in lines:
            print_json(dict(zip(headings, line, strict=True)))
    elif lines:
        print_table(headings, lines)
    else:
        say("nothing waits and nothing failed")
    if since and not as_json:
        say(
            f"since the restore of {since:%Y-%m-%d %H:%M} UTC every mail is held: "
            "`usher jobs release --all --keys-checked`"
        )
    raise typer.Exit(int(any(job.status in (JobStatus.FAILED, JobStatus.UNKNOWN) for job in jobs)))


@app.command(epilog="Example: usher jobs retry 7")
def retry(job_id: JobId) -> None:
    """Try a failed or unknown job again: a mail with the same Message-ID, a step as its card's Retry does."""
    from bot.services import held_mails

    with open_desk() as desk:
        held_mails.retry(desk.db, job_id, by=desk.by, now=desk.now)
    say(f"job {job_id} is queued again")


@app.command(epilog="Example: usher jobs drop 7")
def drop(job_id: JobId) -> None:
    """Drop a job for good."""
    from bot.services import outbox

    with open_desk() as desk:
        outbox.discard(desk.db, job_id, by=desk.by, now=desk.now)
    say(f"job {job_id} is dropped")


@app.command(epilog="Example: usher jobs release --all")
def release(
    job_id: Annotated[
        int | None, typer.Argument(max=LARGEST, help="One job; without it, give --all.")
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Everything that is held.")] = False,
    keys_checked: Annotated[
        bool,
        typer.Option(
            "--keys-checked",
            help="With --all, after a restore: keys mailed since are void or noted. DELIVERY holds on.",
        ),
    ] = False,
) -> None:
    """Let held jobs go: out of DELIVERY=hold, or after a restore."""
    from bot.services import held_mails, holds, outbox

    if (job_id is None) is not everything:
        raise typer.BadParameter("give either a job's number or --all")
    with open_desk() as desk:
        if job_id is not None:
            held_mails.release(desk.db, job_id, by=desk.by, now=desk.now)
            say(f"job {job_id} is released")
        elif keys_checked:
            _say_ended(holds.end(desk.db, desk.desk, by=desk.by, now=desk.now))
        else:
            _say_released(outbox.release_all(desk.db, by=desk.by, now=desk.now))


def _say_released(many: int) -> None:
    say(f"released {many} job{'' if many == 1 else 's'}")


def _say_ended(ended: "Ended") -> None:
    _say_released(ended.released)
    if ended.lifted:
        say("the hold since the restore is over: mails go out as DELIVERY says")
    if ended.left:
        wait = "1 mail still waits" if ended.left == 1 else f"{ended.left} mails still wait"
        say(
            f"{wait} because of DELIVERY: release each in Slack or by its number; "
            "--all without --keys-checked releases every one"
        )
