"""What a server from Debian needs for one test: a free port, an ordinary user, a wait until it speaks."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.sandbox.ports import hold, number


def need(program: str, packages: str) -> None:
    """Skip by name what needs a program that is not there; CI, which has to have it, fails instead."""
    if shutil.which(program) is None:
        missing = f"{program} is not there: apt-get install {packages}"
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(missing)
        pytest.skip(missing)


def ordinary_user() -> pwd.struct_passwd:
    """Whom such a server runs as: ourselves, or nobody where we are root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


_held: list[socket.socket] = []


def free_port() -> int:
    """A port of loopback that is kept, while this process lives, for whoever is told it."""
    _held.append(hold(0))
    return number(_held[-1])


def wait_for_greeting(process: subprocess.Popen[bytes], port: int, greeting: bytes) -> None:
    deadline = time.monotonic() + 10
    while not _greets(port, greeting):
        if time.monotonic() > deadline or process.poll() is not None:
            raise RuntimeError(f"{process.args!r} did not start")
        time.sleep(0.02)


def _greets(port: int, greeting: bytes) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            return False
        return probe.recv(64).startswith(greeting)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may write everywhere; the tests of rights are made as somebody else."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def closed_folder() -> Iterator[Path]:
    """One that `as_nobody` may not enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o700 if os.geteuid() == 0 else 0)
        try:
            yield Path(name)
        finally:
            Path(name).chmod(0o700)
