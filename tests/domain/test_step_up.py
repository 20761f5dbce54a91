"""What is a code, and when trying is over."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.step_up import LOCKED_FOR, MOST_WRONG, Authenticator, read_code

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DEVICE = Authenticator(person="U0AVERY0001", sealed="x", address="", made_at=NOW, confirmed_at=NOW)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("123456", "123456"),
        (" 123 456 ", "123456"),
        ("123\u00a0456", "123456"),
        ("1 2 3 4 5 6", "123456"),
        ("123-456", "123456"),
        ("123\u200b456.", "123456"),
        ("\uff11\uff12\uff13\uff14\uff15\uff16", "123456"),
        ("012345", "012345"),
        ("", ""),
        ("12345", ""),
        ("1234567", ""),
        ("12345a", ""),
        ("-12345", ""),
        ("\u0661\u0662\u0663\u0664\u0665\u0666", ""),
        ("123456" + " " * 100_000 + "7", "123456"),
        ("\u00b2" * 6, "222222"),
    ],
)
def test_six_digits_are_a_code_however_they_are_spaced(typed: str, code: str) -> None:
    assert read_code(typed) == code


def test_the_fifth_wrong_code_locks_and_what_comes_after_the_lock_counts_anew() -> None:
    device = DEVICE
    for number in range(1, MOST_WRONG):
        device = device.after_wrong(NOW)
        assert (device.wrong, device.is_locked(NOW)) == (number, False)
    device = device.after_wrong(NOW)

    assert device.is_locked(NOW + LOCKED_FOR - timedelta(microseconds=1))
    assert not device.is_locked(NOW + LOCKED_FOR)
    later = device.after_wrong(NOW + LOCKED_FOR)
    assert (later.wrong, later.locked_until) == (1, None)


def test_a_right_code_begins_a_new_count() -> None:
    device = DEVICE.after_wrong(NOW).after_wrong(NOW).after_right(59)

    assert (device.wrong, device.last_step) == (0, 59)
