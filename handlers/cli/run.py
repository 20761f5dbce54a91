"""`usher run`: the service, or the whole desk on embedded servers."""

import gc
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated

import typer

from handlers.cli.doors import DOORS, read_doors
from handlers.cli.lean import import_lean
from handlers.cli.output import plain, say

if TYPE_CHECKING:
    from bot.bootstrap import Bot

#: where `make run` looks first; taken ports are replaced by free ones
SANDBOX_PORTS = {"lobby": 8025, "slack": 8026, "portal": 8080, "ops": 8081}
END_AT_LATEST = 9.5  #: seconds after the signal; a thread that hangs in a library must not hold up a restart
LATE = 1
OUTPUTS = (1, 2)


def run(
    *,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Bring an embedded mailbox, Slack and clock along.")
    ] = False,
    only: Annotated[str, typer.Option(help=f"Open only some doors: {','.join(DOORS)}.")] = ",".join(DOORS),
) -> None:
    """Run the service; Ctrl-C, SIGTERM or a closed terminal drains it and ends it within ten seconds."""
    doors = read_doors(only)
    gc.disable()  # until it is ready: what the start makes stays, and the collector would look at all of it
    ended = take_over()
    import_lean()
    from handlers.cli import logs

    logs.configure()
    failed = _run_sandbox(doors, ended) if sandbox else _run_service(doors, ended)
    raise typer.Exit(int(failed))


def take_over() -> Event:
    """From here on signals are the service's; the event is set by the first.

    A second one changes nothing, for the end has its time limit.
    """
    ended = Event()
    told: SimpleQueue[int] = SimpleQueue()
    terminal = [number for number in OUTPUTS if os.isatty(number)]

    def end() -> None:
        if told.get() == signal.SIGHUP:
            _leave(terminal)
        ended.set()
        time.sleep(END_AT_LATEST)
        _end_now()

    Thread(target=end, name="signals", daemon=True).start()
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
        numbers.append(signal.SIGHUP)
    for number in numbers:
        # A handler runs within the main thread, whatever lock that holds: `ended.set()` here could wait for
        # the lock of `ended.wait()` for ever. Putting into this queue is reentrant.
        signal.signal(number, lambda number, _: told.put(number))
    return ended


def _leave(terminal: Sequence[int]) -> None:
    """A terminal that was closed takes no more words: to write to it raises, in the middle of the end."""
    for number in terminal:
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)


def _end_now() -> None:
    """What was under way is taken up at the next start: leases end, and the ledger knows what is open."""
    last_words = Thread(target=_say_by_force, daemon=True)
    last_words.start()
    last_words.join(1)  # a terminal that nobody reads must not hold up the end
    os._exit(LATE)


def _say_by_force() -> None:
    import structlog

    structlog.get_logger("service").error("ended by force: a part did not end in time")
    sys.stderr.flush()


def _run_service(doors: tuple[str, ...], ended: Event) -> bool:
    from bot import bootstrap
    from bot import settings as settings_room

    return _serve(bootstrap.build(settings_room.load()), doors, ended)


def _serve(
    bot: "Bot", doors: tuple[str, ...], ended: Event, ready: Callable[[], None] = lambda: None
) -> bool:
    """Run until told to end, or until a door falls; return whether one did."""
    import structlog

    from bot import bootstrap
    from handlers.cli.service import Service

    log = structlog.get_logger("service")
    service = Service(bot, doors)
    with ExitStack() as stack:
        stack.enter_context(bootstrap.in_use(bot.settings))
        stack.callback(bot.connections.close)
        stack.callback(service.stop)
        if not ended.is_set():
            service.start()
            ready()
            # What the start made stays until the end: the collector need not stop everybody to look at it.
            gc.collect()
            gc.freeze()
            gc.enable()
            log.info("ready", doors=",".join(doors), delivery=bot.settings.delivery)
        while not ended.wait(0.2) and not service.died.is_set():
            pass
        log.info("ending")
    if service.fault is not None:
        raise service.fault
    return service.died.is_set()


def _run_sandbox(doors: tuple[str, ...], ended: Event) -> bool:
    from bot import bootstrap
    from bot import settings as settings_room
    from bot.domain.errors import SettingsFault

    try:
        from bot.sandbox import supplies
        from bot.sandbox.world import World
    except ModuleNotFoundError as exc:
        raise SettingsFault(f"--sandbox needs {exc.name}: pip install 'usher[sandbox]'") from None

    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="usher-")))
        world = stack.enter_context(World(folder, ports=SANDBOX_PORTS))
        settings = world.settings() | {
            "usher_config": supplies.price_list(folder, forumpass=world.forumpass_url)
        }
        bot = bootstrap.build(settings_room.load_given(settings), clock=world.clock)
        supplies.lay(bot)
        world.card_desk.register = lambda user_id: supplies.register_card(bot, user_id)
        places = [(place.name, place.url) for place in world.places]
        return _serve(
            bot, doors, ended, ready=lambda: _welcome(world.lobby_url, places, time.monotonic() - began)
        )


def _welcome(lobby: str, places: list[tuple[str, str]], seconds: float) -> None:
    say(f"\n  [bold]Usher is open[/bold] after {seconds:.1f} s. Begin in the lobby:\n")
    say(f"    [bold]{plain(lobby)}[/bold]\n")
    for name, url in places:
        say(f"    {name:8} {plain(url)}")
    say("\n  Everything is invented and stays on this machine. Ctrl-C ends it.\n")
    sys.stdout.flush()
