"""`usher run`: the service, or the whole desk on embedded servers."""

import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Annotated

import structlog
import typer

from bot import bootstrap
from bot import settings as settings_room
from handlers.cli import logs
from handlers.cli.output import console
from handlers.cli.service import DOORS, Service

log = structlog.get_logger("service")

#: where `make run` looks first; taken ports are replaced by free ones
SANDBOX_PORTS = {"lobby": 8025, "slack": 8026, "portal": 8080, "ops": 8081}


def run(
    *,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Bring an embedded mailbox, Slack and clock along.")
    ] = False,
    only: Annotated[str, typer.Option(help=f"Open only some doors: {','.join(DOORS)}.")] = ",".join(DOORS),
) -> None:
    """Run the service; Ctrl-C or SIGTERM drains it and ends it within ten seconds."""
    doors = _doors(only)
    ended = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    logs.configure()
    if sandbox:
        failed = _run_sandbox(doors, ended)
    else:
        settings = settings_room.load()
        failed = _serve(bootstrap.build(settings), doors, ended)
    raise typer.Exit(int(failed))


def _doors(only: str) -> tuple[str, ...]:
    doors = tuple(name.strip() for name in only.split(",") if name.strip())
    unknown = sorted(set(doors) - set(DOORS))
    if unknown or not doors:
        raise typer.BadParameter(f"--only takes {','.join(DOORS)}; not {','.join(unknown) or 'nothing'}")
    return doors


def _serve(
    bot: bootstrap.Bot, doors: tuple[str, ...], ended: Event, ready: Callable[[], None] = lambda: None
) -> bool:
    """Run until told to end, or until a door falls; return whether one did."""
    service = Service(bot, doors)
    with bootstrap.in_use(bot.settings):
        try:
            service.start()
            ready()
            log.info("ready", doors=",".join(doors), delivery=bot.settings.delivery)
            while not ended.wait(0.2) and not service.died.is_set():
                pass
        finally:
            log.info("ending")
            service.stop()
    return service.died.is_set()


def _run_sandbox(doors: tuple[str, ...], ended: Event) -> bool:
    from bot.sandbox.world import World  # noqa: PLC0415 - only the sandbox needs its servers

    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="usher-")))
        world = stack.enter_context(World(folder, ports=SANDBOX_PORTS))
        settings = settings_room.load(world.settings(), env_file=None)
        bot = bootstrap.build(settings, clock=world.clock)
        places = [(place.name, place.url) for place in world.places]
        return _serve(
            bot, doors, ended, ready=lambda: _welcome(world.lobby_url, places, time.monotonic() - began)
        )


def _welcome(lobby: str, places: list[tuple[str, str]], seconds: float) -> None:
    console.print(f"\n  [bold]Usher is open[/bold] after {seconds:.1f} s. Begin in the lobby:\n")
    console.print(f"    [bold]{lobby}[/bold]\n", highlight=False)
    for name, url in places:
        console.print(f"    {name:8} {url}", highlight=False)
    console.print("\n  Everything is invented and stays on this machine. Ctrl-C ends it.\n")
