"""`usher jobs`: what waits, what failed and why; retry, drop, release."""

from typing import Annotated

import typer

from bot import bootstrap
from bot import settings as settings_room
from bot.domain.outbox import JobStatus
from bot.services import outbox
from handlers.cli.output import JsonOption, console, operator, print_json, print_table

app = typer.Typer(help="The outbox: what waits, what failed and why.", no_args_is_help=True)

#: what needs a look; what was sent or replaced does not
SHOWN = (JobStatus.QUEUED, JobStatus.SENDING, JobStatus.HELD, JobStatus.FAILED, JobStatus.UNKNOWN)

JobId = Annotated[int, typer.Argument(help="The job's number, as in `usher jobs list`.")]


@app.command("list", epilog="Example: usher jobs list --json")
def list_jobs(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also what is over.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print what waits, what failed and why. Exit 1 when something failed or is unknown."""
    settings = settings_room.load()
    bootstrap.open_database(settings)
    with bootstrap.connect(settings) as db:
        jobs = outbox.list_jobs(db, tuple(JobStatus) if everything else SHOWN)
    headings = ("id", "status", "template", "recipient", "attempts", "next_at", "error")
    lines = [
        (j.id, j.status, j.template, j.recipient, j.attempts, f"{j.next_at:%Y-%m-%d %H:%M:%S}", j.error)
        for j in jobs
    ]
    if as_json:
        for line in lines:
            print_json(dict(zip(headings, line, strict=True)))
    else:
        print_table(headings, lines)
    raise typer.Exit(int(any(job.status in (JobStatus.FAILED, JobStatus.UNKNOWN) for job in jobs)))


@app.command(epilog="Example: usher jobs retry 7")
def retry(job_id: JobId) -> None:
    """Try a failed or unknown job again, with the same Message-ID."""
    settings = settings_room.load()
    bootstrap.open_database(settings)
    with bootstrap.connect(settings) as db:
        outbox.retry(db, job_id, by=operator(), now=bootstrap.make_clock(settings).now())
    console.print(f"job {job_id} is queued again")


@app.command(epilog="Example: usher jobs drop 7")
def drop(job_id: JobId) -> None:
    """Drop a job for good."""
    settings = settings_room.load()
    bootstrap.open_database(settings)
    with bootstrap.connect(settings) as db:
        outbox.discard(db, job_id, by=operator(), now=bootstrap.make_clock(settings).now())
    console.print(f"job {job_id} is dropped")


@app.command(epilog="Example: usher jobs release --all")
def release(
    job_id: Annotated[int | None, typer.Argument(help="One job; without it, give --all.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Everything that is held.")] = False,
) -> None:
    """Let held jobs go: out of DELIVERY=hold, or after a restore."""
    if (job_id is None) is not everything:
        raise typer.BadParameter("give either a job's number or --all")
    settings = settings_room.load()
    bootstrap.open_database(settings)
    now = bootstrap.make_clock(settings).now()
    with bootstrap.connect(settings) as db:
        if job_id is None:
            console.print(f"released {outbox.release_all(db, by=operator(), now=now)} jobs")
        else:
            outbox.release(db, job_id, by=operator(), now=now)
            console.print(f"job {job_id} is released")
