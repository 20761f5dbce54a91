"""winmail.dat: files by their long names, words, messages within, and what is broken."""

import random
import time

import pytest

from bot.adapters.tnef import read_tnef
from tests.winmail import Attached, winmail


def names_and_sizes(content: bytes) -> list[tuple[str, int]]:
    return [(file.name, len(file.content)) for file in read_tnef(content).files]


def test_files_come_out_under_their_long_names() -> None:
    content = winmail(
        [
            Attached(b"one", long_name="RIS Öztürk – Übersicht.xlsx"),  # noqa: RUF001
            Attached(b"three", short_name="LOGO.PNG"),
            Attached(b"exchange", long_name="Liste.ods", within_properties=True),
        ]
    )

    assert names_and_sizes(content) == [
        ("RIS Öztürk – Übersicht.xlsx", 3),  # noqa: RUF001
        ("LOGO.PNG", 5),
        ("Liste.ods", 8),
    ]


def test_words_are_read_in_their_code_page_and_as_html() -> None:
    found = read_tnef(winmail([], text="Grüße", html="<p>Grüße</p>"))

    assert (found.text, found.html) == ("Grüße", "<p>Grüße</p>")


def test_a_message_within_brings_its_files() -> None:
    inner = winmail([Attached(b"form", long_name="RIS.xlsx")], text="FYI")
    found = read_tnef(winmail([Attached(inner, is_message=True)]))

    assert [(file.name, file.content) for file in found.files] == [("RIS.xlsx", b"form")]
    assert found.text == "FYI"


def test_messages_within_messages_end_somewhere() -> None:
    content = winmail([Attached(b"form", long_name="RIS.xlsx")])
    for _ in range(50):
        content = winmail([Attached(content, is_message=True)])

    assert len(read_tnef(content).files) <= 1


@pytest.mark.parametrize("content", [b"", b"\x78\x9f\x3e\x22", b"\x78\x9f\x3e\x22" + b"\xff" * 1000])
def test_nothing_comes_of_nothing(content: bytes) -> None:
    assert read_tnef(content).files == []


def test_mutated_and_cut_bytes_never_raise_nor_hang() -> None:
    dice = random.Random(11)
    good = winmail(
        [Attached(b"x" * 500, long_name="RIS.xlsx"), Attached(winmail([Attached(b"y")]), is_message=True)],
        text="Hello",
        html="<p>Hello</p>",
    )
    began = time.process_time()
    for _ in range(3000):
        content = bytearray(good)
        for _ in range(dice.choice((1, 4, 40))):
            content[dice.randrange(4, len(content))] = dice.choice((0, 1, 0xFF, dice.randrange(256)))
        read_tnef(bytes(content[: dice.choice((len(content), dice.randrange(len(content))))]))

    assert time.process_time() - began < 20
