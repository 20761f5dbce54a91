"""A password in somebody's words is noticed; talk about passwords is not one."""

import pytest

from bot.domain.told_passwords import tells_password


@pytest.mark.parametrize(
    "text",
    [
        "Hallo, mein Passwort ist Sommer2025!xyz und es geht nicht.",
        "User k7m3-x9p2\nPassword: Winter-2024",
        "my password is “Blue42Horse” please check",
        "Kennwort=abc123",
    ],
)
def test_a_password_that_is_told_is_noticed(text: str) -> None:
    assert tells_password(text)


@pytest.mark.parametrize(
    "text",
    [
        "My password is not accepted since 2025.",
        "Mein Passwort ist abgelaufen.",
        "The password was changed on 12.03.2025.",
        "password: https://portal.example.com/password/3vQb1",
        "Passwort ist weg, Konto k7m3-x9p2",
        "",
    ],
)
def test_talk_about_passwords_is_none(text: str) -> None:
    assert not tells_password(text)
