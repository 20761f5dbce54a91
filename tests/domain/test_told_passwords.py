"""A password in somebody's words is noticed; talk about passwords is not one."""

import pytest

from bot.domain.told_passwords import HIDDEN, tells_password, without_passwords


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Hallo, mein Passwort ist Sommer2025!xyz und es geht nicht.", "Passwort ist •••••• und es geht"),
        ("User k7m3-x9p2\nPassword: Winter-2024", "User k7m3-x9p2\nPassword: ••••••"),
        ("my password is “Blue42Horse” please check", "is “•••••• please check"),
        ("Kennwort=abc123", "Kennwort=••••••"),
        ("Initialpasswort: Abc12345", "Initialpasswort: ••••••"),
        ("Passwort (neu): Abc12345\nPW: 87654321.", "Passwort (neu): ••••••\nPW: ••••••."),
        ("Das Kennwort lautet: 2025-Sommer, das alte war Hallo1.", "lautet: •••••• das alte war Hallo1."),
        ("The password for the file RIS.xlsx is Tulip-47-Harbor.", "file RIS.xlsx is ••••••"),
        ("Das Kennwort zur Datei von heute lautet: „Tulpe-47“", "heute lautet: „••••••"),
        ("As promised, the password for the workbook. It's Tulip-47-Harbor", "workbook. It's ••••••"),
        ("Here is the password! It\u2019s Tulip-47", "password! It\u2019s ••••••"),
        ("Hier kommt das Passwort. Es lautet Tulpe-47-Hafen", "Passwort. Es lautet ••••••"),
        ("Password:\nTag123\npassword: 12days!after", "Password:\n••••••\npassword: ••••••"),
    ],
)
def test_a_password_that_is_told_is_noticed_and_hidden(text: str, hidden: str) -> None:
    assert tells_password(text)
    assert hidden in without_passwords(text)
    assert without_passwords(text).count(HIDDEN) == hidden.count(HIDDEN)


@pytest.mark.parametrize(
    "text",
    [
        "My password is not accepted since 2025.",
        "Mein Passwort ist abgelaufen.",
        "The password was changed on 12.03.2025.",
        "password: https://portal.example.com/password/3vQb1",
        "Passwort ist weg, Konto k7m3-x9p2",
        "my password: how do I reset it?",
        "Password: it has been 90 days, must I change it?",
        "Mein Passwort ist 14-stellig, reicht das?",
        "The password is 12-characters long.",
        "Is a password: 90-day rule of yours?",
        "Kennwort: 24-stündige Sperre, warum?",
        "Mein Passwort war gestern noch gültig, Fehler E4711.",
        "My password was AADSTS50126 refused.",
        "Your password: tom.berg1@kunde.example.org doesn't work.",
        "The password for my account k7m3-x9p2 is not accepted.",
        "I forgot my password for my User ID. It is k7m3-x9p2.",
        "Ich habe das Passwort zu meiner Benutzerkennung vergessen. Es ist k7m3-x9p2.",
        "Password for user: k7m3-x9p2",
        "I cannot change the password. It's AADSTS50126.",
        "The password for the portal is 12-characters long. It is 2025.",
        "I need the password. My User ID is k7m3-x9p2, the order PO-4711-2025.",
        "password for " + "a" * 5_000 + " " + "b " * 5_000,
        "Password: 2025-03-12 was the last change, 12 characters.",
        "",
    ],
)
def test_talk_about_passwords_is_none_and_nothing_of_it_is_hidden(text: str) -> None:
    assert not tells_password(text)
    assert without_passwords(text) == text
