"""Mails whose lines flow (RFC 3676) are read as they were written."""

import pytest

from bot.adapters.mail_flowed import unflowed
from bot.adapters.mail_parsing import read_mail_parts


@pytest.mark.parametrize(
    ("text", "delsp", "whole"),
    [
        ("My tele\nphone", False, "My tele\nphone"),
        ("My \ntelephone", False, "My telephone"),
        ("My tele \nphone is \n here.", True, "My telephone ishere."),
        ("One.\n\nTwo \nthree.", False, "One.\n\nTwo three."),
        ("> How \n> many?\nFive.", False, "> How many?\nFive."),
        ("> How \n>> many?", False, "> How \n>> many?"),
        (" >no quote", False, " >no quote"),
        ("Dana \n-- \nExample GmbH", False, "Dana \n-- \nExample GmbH"),
        ("end ", True, "end"),
    ],
)
def test_lines_are_joined_where_they_flow(text: str, delsp: bool, whole: str) -> None:
    assert unflowed(text, delsp=delsp) == whole


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text/plain; charset=utf-8; format=flowed; delsp=yes", "1. maria@nordlicht.example.com"),
        ("text/plain; charset=utf-8; Format=Flowed; DelSp=Yes", "1. maria@nordlicht.example.com"),
        ("text/plain; charset=utf-8; format=flowed", "1. maria@nord licht.example.com"),
        ("text/plain; charset=utf-8", "1. maria@nord\nlicht.example.com"),
    ],
)
def test_a_mail_says_whether_its_lines_flow(kind: str, text: str) -> None:
    head = f"From: d@example.com\r\nSubject: x\r\nContent-Type: {kind}\r\n\r\n"

    mail = read_mail_parts(f"{head}1. maria@nord \r\nlicht.example.com\r\n".encode())

    assert mail.text == text
