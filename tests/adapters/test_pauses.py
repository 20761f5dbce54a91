"""A server that is silent again and again is left alone for a minute, and every answer begins anew."""

from datetime import timedelta

from bot.adapters.pauses import SILENCES, Pause
from tests.outside import StillClock


def test_several_silences_in_a_row_begin_a_pause_that_one_try_ends_or_begins_again() -> None:
    clock = StillClock()
    pause = Pause(clock.now)
    lasted = [pause.lasts]
    for silent, then in [(True, 0), (True, 0), (True, 0), (True, 59), (True, 60), (False, 0), (True, 0)]:
        pause.note(silent=silent)
        clock.wait(seconds=then)
        lasted.append(pause.lasts)

    assert lasted == [False, False, False, True, True, False, False, False]


def test_a_clock_that_was_put_back_prolongs_no_pause() -> None:
    clock = StillClock()
    pause = Pause(clock.now)
    for _ in range(SILENCES):
        pause.note(silent=True)
    clock.wait(seconds=-timedelta(days=1).total_seconds())

    assert not pause.lasts
