"""The desk's policy: the shipped file holds, and every fault in one's own is named with its place."""

from pathlib import Path

import pytest

from bot import policy
from bot.domain.errors import SettingsFault
from bot.domain.ris import Credential

GOOD = policy.SHIPPED.read_text(encoding="utf-8")


def faults_of(path: Path) -> tuple[str, ...]:
    with pytest.raises(SettingsFault) as caught:
        policy.load(path)
    return caught.value.faults


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "usher.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_the_shipped_policy_is_valid() -> None:
    shipped = policy.load()

    assert shipped.mag.applications == ("ForumPass",)
    assert shipped.desk.zone.key == "Europe/Berlin"


def test_a_policy_that_is_not_there_names_its_setting(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path / "nowhere.toml")

    assert "cannot be read" in fault
    assert "USHER_CONFIG" in fault


def test_a_folder_given_as_policy_is_one_line(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path)

    assert "Is a directory" in fault


@pytest.mark.parametrize("text", ["[desk\n", "desk = = 1", b"\xff\xfe"])
def test_what_is_no_toml_is_one_line_with_its_place(tmp_path: Path, text: str | bytes) -> None:
    (fault,) = faults_of(written(tmp_path, text))

    assert "is not valid TOML" in fault
    assert "\n" not in fault


def test_all_faults_are_named_at_once_with_their_place(tmp_path: Path) -> None:
    text = GOOD.replace('"Europe/Berlin"', '"Atlantis"').replace("mail_bytes = 26_214_400", "mail_bytes = 5")
    faults = faults_of(written(tmp_path, text.replace("sponsor =", "sponser =")))

    places = [fault.split(": ")[2] for fault in faults]
    assert {fault.split(": ")[0] for fault in faults} == {"USHER_CONFIG"}
    assert places == [
        "desk.timezone",
        "programmes.mag.sponsor",
        "programmes.mag.sponser",
        "limits.mail_bytes",
    ]


def test_a_policy_without_the_programme_of_the_mailbox_says_so(tmp_path: Path) -> None:
    (fault,) = faults_of(written(tmp_path, GOOD.replace("programmes.mag", "programmes.other")))

    assert "needs [programmes.mag]" in fault


def test_one_fault_does_not_hide_the_parts_that_are_missing(tmp_path: Path) -> None:
    assert len(faults_of(written(tmp_path, "[limits]\nanswers_per_case = 0\n"))) == 3


@pytest.mark.parametrize(
    ("prices", "said"),
    [
        ('{ phone_opt = { amount = "1", currency = "EUR" } }', "'phone_otp' or 'mloa_hardware'"),
        ('{ mloa_hardware = { amount = "1", currency = "EUR" } }', "is not bought here"),
        ('{ phone_otp = { amount = "1", currency = "Euro" } }', "ISO 4217"),
        ('{ phone_otp = { amount = "1.001", currency = "EUR" } }', "more than the 2 decimal places of EUR"),
        ('{ phone_otp = { amount = "-1", currency = "EUR" } }', "greater than or equal to 0"),
        ('{ phone_otp = { amount = "NaN", currency = "EUR" } }', "finite"),
        ('{ phone_otp = { amount = "1" } }', "is missing"),
    ],
)
def test_a_price_that_cannot_be_is_named(tmp_path: Path, prices: str, said: str) -> None:
    text = GOOD.replace('applications = ["ForumPass"]', f'applications = ["ForumPass"]\nprices = {prices}')
    (fault,) = faults_of(written(tmp_path, text))

    assert "programmes.mag" in fault
    assert said in fault


def test_a_price_is_kept_to_the_cent(tmp_path: Path) -> None:
    example = GOOD.replace("# prices =", "prices =")
    prices = policy.load(written(tmp_path, example)).mag.prices

    assert str(prices[Credential.PHONE_OTP].amount) == "129.00"
    assert policy.load().mag.prices == {}


@pytest.mark.parametrize(
    ("line", "instead", "place", "said"),
    [
        ('holidays = "DE"', 'holidays = "DE-XX"', "calendar.holidays", "must name a region"),
        ('from = "09:00"', "from = 9", "calendar.from", 'a time of day such as "09:00"'),
        ('from = "09:00"', 'from = "09:00+02:00"', "calendar.from", 'a time of day such as "09:00"'),
        ('from = "09:00"', 'from = "18:00"', "calendar", "from must be earlier than to"),
        ('"thu", "fri"]', '"thu", "friday"]', "calendar.working_days.4", "'fri'"),
        ("closed = []", 'closed = ["24 December"]', "calendar.closed.0", "date"),
        ('# timezone = "Europe/London"', 'timezone = "London"', "calendar.outside.timezone", "time zone"),
        ('# timezone = "Europe/London"', 'to = "08:00"', "calendar", "from must be earlier than to"),
        ("after_days = [3, 7]", "after_days = [7, 3]", "nudges", "more than the one before"),
        ("after_days = [3, 7]", "after_days = [3, 12]", "nudges", "more than the one before"),
        ("after_days = [3, 7]", "after_days = [0]", "nudges.after_days.0", "greater than or equal to 1"),
    ],
)
def test_a_working_time_that_cannot_be_is_named(
    tmp_path: Path, line: str, instead: str, place: str, said: str
) -> None:
    assert line in GOOD
    (fault,) = faults_of(written(tmp_path, GOOD.replace(line, instead)))

    assert f": {place}: " in fault
    assert said in fault


@pytest.mark.parametrize(
    ("line", "instead", "place", "said"),
    [
        (
            'support_address = ""', 'support_address = "not an address"',
            "programmes.mag.support_address", "must be an e-mail address such as help@example.com, or empty",
        ),
        (
            "answers_within_hours = 24", "answers_within_hours = 100000000",
            "limits.answers_within_hours", "must be less than or equal to 8760",
        ),
        ("status_link_days = 180", "status_link_days = 4000000", "limits.status_link_days", "3650"),
        ("remind_after_hours = 8", "remind_after_hours = 100000000", "approvals.remind_after_hours", "8760"),
        ("silent_hours = 2", "silent_hours = 100000000", "alarms.silent_hours", "8760"),
        ("after_days = [3, 7]", "after_days = [3, 4000000]", "nudges.after_days.1", "3650"),
        *(
            (f'{name} = ""', f'{name} = "{url}"', f"programmes.{of}.{name}", "https://www.example.com/page")
            for of, name in (("mag", "key_url"), ("mag", "fis_url"), ("extranet", "prolongation_url"))
            for url in ("http://[", "https://", "https://a b.example", "https://ä.example", "www.example.com")
        ),
        (
            '"https://www.example.com/imprint"', '"http://["',
            "desk.imprint_url", "must be a web address such as https://www.example.com/page, or empty",
        ),
        (
            'version = "2024-01", url = "https://www.example.com/terms"', 'version = "2024-01", url = "http://["',
            "programmes.extranet.consents.terms.url", "must be a web address",
        ),
    ],
)  # fmt: skip
def test_a_value_that_would_break_later_is_named_with_its_mend(
    tmp_path: Path, line: str, instead: str, place: str, said: str
) -> None:
    assert line in GOOD
    (fault,) = faults_of(written(tmp_path, GOOD.replace(line, instead, 1)))

    assert f": {place}: must be " in fault
    assert said in fault


def test_those_outside_work_as_the_desk_does_but_for_what_is_said(tmp_path: Path) -> None:
    said = GOOD.replace('# timezone = "Europe/London"', 'timezone = "America/New_York"')
    own = policy.load(written(tmp_path, said.replace("closed = []", 'closed = ["2026-12-24"]')))
    desk, outside = own.calendar_of_desk, own.calendar_outside

    assert (desk.zone.key, outside.zone.key) == ("Europe/Berlin", "America/New_York")
    assert (outside.opens, outside.region, outside.closed) == (desk.opens, "DE", desk.closed)
    assert policy.load().calendar_outside == policy.load().calendar_of_desk
