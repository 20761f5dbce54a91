"""The last day of a License Key is a day at the desk, wherever its owner is."""

from dataclasses import replace
from datetime import datetime

import pytest

from bot.domain.credential_refusals import LicenseKeyRefused
from tests.services.test_credentials import Home, home, refused

__all__ = ["home"]


@pytest.mark.parametrize(
    ("zone", "at", "refusal"),
    [
        ("Europe/Berlin", "2026-03-02T22:30+00:00", None),
        ("Europe/Berlin", "2026-03-02T23:30+00:00", LicenseKeyRefused),
        ("America/New_York", "2026-03-03T04:30+00:00", None),
        ("America/New_York", "2026-03-03T05:30+00:00", LicenseKeyRefused),
    ],
)
def test_the_last_day_of_a_key_is_the_desks(home: Home, zone: str, at: str, refusal: type | None) -> None:
    office, policy = home.office, home.office.desk.policy
    desk = policy.desk.model_copy(update={"timezone": zone})
    office.bot = replace(
        office.bot, desk=replace(office.desk, policy=policy.model_copy(update={"desk": desk}))
    )
    visitor = home.visit()
    office.clock.at = datetime.fromisoformat(at)
    with office.connect() as db:
        db.execute("update license_keys set expires_on = '2026-03-02'")

    assert refused(lambda: home.enter(visitor)) is refusal
