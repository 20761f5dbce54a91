"""Words and names on the command line that nothing can have: one clear line and exit 2, never a traceback."""

import os
import subprocess
from pathlib import Path

import pytest

from bot.sandbox.world import World
from tests.cli.shell import USHER, Shell, environment, settings_of
from tests.cli.test_desk import desk

__all__ = ["desk"]  # pytest finds the fixture here

pytestmark = pytest.mark.slow

MULLER = "M\udcfcller"  # as Python has what came in Latin-1
BEYOND = str(2**63)
LONG = ("n" * 300, "n" * 5_000)


@pytest.mark.parametrize(
    "command",
    [
        "jobs retry",
        "jobs drop",
        "jobs release",
        "mail replay",
        "mail replay --as question",
        "mail replay --as ris",
    ],
)
def test_a_number_beyond_all_rows_is_refused(desk: Shell, command: str) -> None:
    answer = desk(*command.split(), BEYOND)

    assert (answer.code, answer.out) == (2, "")
    (fault,) = answer.faults
    assert "less than or equal to 9223372036854775807" in fault


@pytest.mark.parametrize(
    "command",
    [
        ("accounts", "show", MULLER),
        ("accounts", "unlock", MULLER),
        ("accounts", "close", MULLER),
        ("accounts", "extend", MULLER, "--until", "2026-08-31", "--reason", "r"),
        ("accounts", "certificate", MULLER, "CN=x"),
        ("person", "export", MULLER),
        ("person", "erase", MULLER),
        ("po", "show", MULLER),
        ("po", "add", MULLER, "100", "EUR"),
        ("applications", "key", MULLER),
        ("mails", "show", MULLER),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_words_that_are_no_utf_8_are_refused(desk: Shell, command: tuple[str, ...]) -> None:
    answer = desk(*command)

    assert (answer.code, answer.out) == (2, "")
    assert len(answer.faults) == 1


def test_the_bytes_of_a_terminal_in_latin_1_are_refused(desk: Shell, world: World) -> None:
    done = subprocess.run(
        [USHER, b"accounts", b"show", b"M\xfcller"],
        cwd=desk.folder,
        env=environment(settings_of(world, desk.folder)),
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == "usher: M\ufffdller: is not UTF-8 text; type it in UTF-8\n"


def test_a_file_may_be_called_so(desk: Shell) -> None:
    name = os.fsencode(desk.folder) + b"/M\xfcller.eml"
    Path(os.fsdecode(name)).write_bytes(b"Subject: Hello\r\n\r\nHello?\r\n")

    assert desk("mail", "classify", os.fsdecode(name)).code == 0


@pytest.mark.parametrize("name", LONG, ids=len)
@pytest.mark.parametrize(
    "command",
    [
        "ris check", "ris blank -o", "restore", "backup", "lifecycle preview --against", "mail classify",
        "vouchers import", "accounts import", "faq evaluate", "person export nobody@example.com --page",
    ],
)  # fmt: skip
def test_a_name_too_long_for_a_file_is_refused(desk: Shell, command: str, name: str) -> None:
    answer = desk(*command.split(), name)

    assert (answer.code, answer.out) == (2, "")
    assert len(answer.faults) == 1


@pytest.mark.parametrize("length", [246, 252, 255])
def test_a_backup_whose_parts_have_no_room_for_their_names_is_refused_or_whole(
    desk: Shell, length: int
) -> None:
    answer = desk("backup", "n" * length)
    left = [path.name for path in desk.folder.iterdir() if path.name.startswith("n")]

    assert (answer.code, len(answer.faults), left) in [(2, 1, []), (0, 0, ["n" * length])]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TEMPLATES_DIR", "n" * 300, "is no folder"),
        ("TEMPLATES_DIR", "n" * 5_000, "is no folder"),
        ("TEMPLATES_DIR", MULLER, "M?ller is no folder"),
        ("TRUSTED_PROXIES", MULLER, "M?ller is no address or network"),
        ("DATABASE_URL", "sqlite:///:memory:", "must be sqlite:///FILE"),
        ("USHER_CLOCK", "9999-12-31T23:59:59-14:00", "must be a time from 1970 to 2199"),
        ("USHER_CLOCK", "0001-01-01T00:00+14:00", "must be a time from 1970 to 2199"),
        ("PORTAL_BIND", "::1", "must be HOST:PORT"),
        ("OPS_BIND", "[::1]:99999", "must be HOST:PORT"),
        ("HTTPS_PROXY", "https://h:99999", "must be http://HOST:PORT"),
    ],
)
def test_a_setting_that_nothing_can_be_called_is_named(desk: Shell, name: str, value: str, said: str) -> None:
    desk.set({name: value})
    answer = desk("jobs", "list")

    assert answer.code == 2
    (fault,) = answer.faults
    assert fault.startswith(f"{name}: ")
    assert said in fault
    assert len(fault) < 400


def test_a_host_that_is_none_is_a_fault_of_its_setting(desk: Shell) -> None:
    desk.set(imap_host="https://[", smtp_host="https://[")

    assert [fault[:10] for fault in desk("jobs", "list").faults] == ["IMAP_HOST:", "SMTP_HOST:"]


@pytest.mark.parametrize("words", ["\x1b]0;pwned\x07\x1b[31mx", "a\u202eb\x7f\x9bc", "x\ny\r\nz"])
def test_what_a_fault_repeats_does_not_steer_the_terminal(desk: Shell, words: str) -> None:
    for command in ("applications key", "mails show", "accounts show", "ris check", "jobs retry", "bogus"):
        answer = desk(*command.split(), words)

        assert answer.code == 2, command
        (fault,) = answer.faults
        assert fault.isprintable(), command
