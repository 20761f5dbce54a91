"""What the server does not move stays behind, is said, and keeps nothing else where it is."""

import pytest

from bot.domain.errors import Copied, PermanentFailure, TransientFailure
from bot.domain.ledger import DONE_FOLDER
from bot.ports import Failure
from handlers.mail import loop as mail_loop
from tests.cast import Office, a_mail
from tests.handlers.conftest import until
from tests.handlers.test_mail_loop import health, running

pytestmark = pytest.mark.slow

DAMAGED = "the mail with UID 3 is not moved"


def deliver(office: Office, many: int) -> None:
    for _ in range(many):
        office.server.deliver(a_mail(headers=[("Precedence", "bulk")]))


@pytest.mark.parametrize("failure", [PermanentFailure(DAMAGED), TransientFailure(DAMAGED)])
def test_one_that_is_not_moved_is_said_and_all_others_are_moved(
    office: Office, failure: Failure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_loop, "BATCH", 5)
    office.server.unmovable[3] = failure
    deliver(office, 12)
    with running(office):
        until(lambda: list(office.server.mails) == [3])
        until(lambda: health(office) == (False, f"new mail is taken in, but {DAMAGED}"))
        deliver(office, 1)

        def moved_later() -> bool:
            office.clock.wait(minutes=1)
            office.server.wake()
            return 13 in office.server.folders[DONE_FOLDER]

        until(moved_later)
        assert list(office.server.mails) == [3]
        office.server.unmovable.clear()
        until(lambda: moved_later() and not office.server.mails and health(office)[0])

    assert office.server.opened == 1
    assert sorted(office.server.folders[DONE_FOLDER]) == [*range(1, 14)]


@pytest.mark.parametrize(("failure", "told"), [(PermanentFailure, True), (TransientFailure, False)])
def test_a_person_is_called_at_once_unless_it_may_pass(
    office: Office, failure: type[Failure], told: bool
) -> None:
    office.server.unmovable[3] = failure(DAMAGED)
    deliver(office, 3)
    with running(office):
        until(lambda: DAMAGED in health(office)[1])

    assert [part.needs_person for part in office.bot.health.parts() if part.name == "mailbox"] == [told]


def looks_again(office: Office) -> bool:
    office.clock.wait(minutes=15)
    office.server.wake()
    return True


def test_a_server_that_moves_nothing_of_a_batch_is_asked_for_the_next_at_the_next_look(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those behind had stayed for ever; what stays behind is said all the while."""
    monkeypatch.setattr(mail_loop, "BATCH", 5)
    office.server.unmovable = {uid: PermanentFailure("no room") for uid in range(1, 6)}
    deliver(office, 12)
    with running(office):
        until(lambda: health(office) == (False, "new mail is taken in, but no room"))
        first = dict(office.server.folders)
        until(lambda: looks_again(office) and list(office.server.mails) == [1, 2, 3, 4, 5])
        asked = len(office.server.asked_to_move)
        until(lambda: looks_again(office) and len(office.server.asked_to_move) > asked + 1)
        said = health(office)
        office.server.unmovable.clear()
        until(lambda: looks_again(office) and health(office)[0])

    assert first == {}
    assert said == (False, "new mail is taken in, but no room")
    assert sorted(office.server.folders[DONE_FOLDER]) == [*range(1, 13)]


def test_what_was_copied_and_stays_as_well_is_asked_for_once_and_said_until_a_mail_is_moved(
    office: Office,
) -> None:
    words = "copies mails and does not delete here"
    office.server.unmovable = {uid: Copied(words) for uid in range(1, 4)}
    deliver(office, 3)
    with running(office):
        until(lambda: health(office) == (False, f"new mail is taken in, but {words}"))
        for _ in range(5):
            until(office.server.waiting.is_set)
            looks_again(office)
        until(office.server.waiting.is_set)
        asked, said = list(office.server.asked_to_move), health(office)
        deliver(office, 1)
        until(lambda: looks_again(office) and health(office)[0])

    assert asked == [(1, 2, 3)]
    assert said == (False, f"new mail is taken in, but {words}")
    assert office.server.folders == {DONE_FOLDER: [4]}


def test_several_reasons_are_said_each_once_with_how_many_mails_stay(office: Office) -> None:
    full, damaged = TransientFailure("no room"), PermanentFailure(DAMAGED)
    office.server.unmovable = {1: full, 2: full, 3: damaged}
    deliver(office, 4)
    said = f"new mail is taken in, but 3 mails are not moved: no room; {DAMAGED}"
    with running(office):
        until(lambda: health(office) == (False, said))
