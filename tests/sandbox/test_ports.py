import socket
from contextlib import closing
from pathlib import Path

import pytest

from bot.sandbox.ports import HOST, hold, hold_near, number
from bot.sandbox.world import World


def test_only_who_is_told_a_held_port_listens_there() -> None:
    with closing(hold(0)) as held:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((HOST, number(held)))

        with socket.create_server((HOST, number(held))) as server:
            assert server.getsockname()[1] == number(held)


def test_a_held_port_is_nobodys_free_port() -> None:
    with closing(hold(0)) as held, pytest.raises(OSError, match="in use"), socket.socket() as other:
        other.bind((HOST, number(held)))  # as the kernel asks for "any": without SO_REUSEADDR


def test_a_port_that_somebody_serves_is_not_held() -> None:
    with socket.create_server((HOST, 0)) as server:
        taken = server.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            hold(taken)
        with closing(hold_near(taken)) as held:
            assert number(held) != taken


def test_a_world_keeps_its_ports_until_it_ends(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        portal = int(world.portal_url.rpartition(":")[2])
        world.mail.stop_imap()
        for port in (portal, world.mail.imap_port):
            with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
                stranger.bind((HOST, port))
        world.mail.start_imap()

    with socket.socket() as stranger:
        stranger.bind((HOST, portal))
