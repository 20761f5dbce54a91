"""Who makes cases and sites: a way that was chosen without its settings is known at the start."""

import re
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.provisioners import build_opener
from bot.adapters.tls import build_context
from bot.adapters.webhook import sign
from bot.domain.errors import SettingsFault
from bot.domain.provisioning import Task, Way
from bot.policy import load as load_policy
from bot.provisioning_policy import Provisioning
from bot.settings import load_given
from tests.outside import NOW
from tests.provisioning_servers import SECRET, SECRET_KEY, NetSuiteServer
from tests.test_settings import GOOD

DOCUMENT = Path(__file__).parents[1] / "docs" / "provisioning.md"
TRUST = build_context()


def faults_of_settings(**changed: Any) -> tuple[str, ...]:  # noqa: ANN401 - values of any setting
    with pytest.raises(SettingsFault) as caught:
        load_given(GOOD | changed)
    return caught.value.faults


def ways_of(policy: dict[str, object], **settings: object) -> set[Way]:
    opener = build_opener(
        load_given(GOOD | settings), Provisioning.model_validate(policy), TRUST, now=lambda: NOW
    )
    return set(opener())


def policy_of(folder: Path, text: str) -> Provisioning:
    path = folder / "usher.toml"
    rest = """
[desk]
name = "Desk"
timezone = "UTC"
[programmes.mag]
name = "MAG"
sponsor = "Sponsor"
support_desk = "Support"
applications = ["ForumPass"]
"""
    path.write_text(text + rest, encoding="utf-8")
    return load_policy(path).provisioning


# Settings


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("netsuite_url", "http://1234567.suitetalk.api.netsuite.com", "https://ACCOUNT"),
        ("netsuite_url", "https://1234567.suitetalk.api.netsuite.com/services", "without a path"),
        ("netsuite_url", "1234567", "https://ACCOUNT"),
        ("webhook_url", "http://sites.example.com/usher", "https://HOST/PATH"),
        ("webhook_url", "https://sites.example.com/usher?key=hunter2", "without ?"),
        ("webhook_url", "https://usher:hunter2@sites.example.com/", "log-in"),
        ("webhook_url", "https://sites.example.com/#usher", "without ?"),
        ("webhook_secret", "hunter2" * 8, "whsec_"),
        ("webhook_secret", "whsec_hunter2", "24 to 64 bytes"),
        ("webhook_secret", "whsec_" + "aHVudGVy" * 2, "24 to 64 bytes"),
        ("webhook_secret", "whsec_" + "aHVudGVy" * 12, "24 to 64 bytes"),
        ("webhook_secret", "whsec_" + "hünter22" * 6, "24 to 64 bytes"),
    ],
)
def test_each_malformed_setting_is_one_line_with_its_mend(name: str, value: str, mend: str) -> None:
    (fault,) = faults_of_settings(**{name: value})

    assert fault.startswith(f"{name.upper()}: ")
    assert mend in fault
    assert "hunter" not in fault.lower()


@pytest.mark.parametrize(
    "url", ["https://1.suitetalk.api.netsuite.com/", "http://127.0.0.1:80", "http://[::1]:1"]
)
def test_an_account_on_loopback_needs_no_tls(url: str) -> None:
    assert load_given(GOOD | {"netsuite_url": url}).netsuite_url == url.rstrip("/")


def test_the_secret_is_read_as_its_bytes_and_prints_as_stars() -> None:
    settings = load_given(GOOD | {"webhook_secret": SECRET})

    assert settings.webhook_key == SECRET_KEY
    assert SECRET not in repr(settings)


# The policy


def test_by_itself_the_desk_makes_both() -> None:
    assert ways_of({}) == {Way.DESK}
    assert {load_policy().provisioning.way_of(task) for task in Task} == {Way.DESK}


def test_the_file_says_who_makes_what(tmp_path: Path) -> None:
    policy = policy_of(
        tmp_path,
        '[provisioning]\ncase = "netsuite"\nsite = "webhook"\nprefix = "north"\n[provisioning.netsuite]\n'
        'custom_form = "112"\nfields = { company = { id = "42" }, custevent_n = 5, custevent_b = true }\n',
    )

    assert (policy.way_of(Task.CASE), policy.way_of(Task.SITE)) == (Way.NETSUITE, Way.WEBHOOK)
    assert (policy.prefix, policy.netsuite.custom_form) == ("north", "112")
    assert policy.netsuite.fields == {"company": {"id": "42"}, "custevent_n": 5, "custevent_b": True}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[provisioning]\ncase = "mail"',
            "provisioning.case: must be 'desk', 'netsuite' or",
        ),
        ('[provisioning]\nsite = "netsuite"', "must be desk or webhook: NetSuite has no sites"),
        ('[provisioning]\nprefix = "a b"', "provisioning.prefix: "),
        ('[provisioning]\nprefix = ""', "provisioning.prefix: "),
        ('[provisioning]\ncas = "desk"', "provisioning.cas: is no setting of Usher"),
        ('[provisioning.netsuite]\nfields = { externalId = "x" }', "externalId is filled in by Usher"),
        ('[provisioning.netsuite]\nfields = { "a b" = "x" }', "a b is no field id"),
        ("[provisioning.netsuite]\nfields = { a = [1] }", "provisioning.netsuite.fields.a"),
        ("[provisioning.netsuite]\ncustom_form = 112", "provisioning.netsuite.custom_form"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsFault, match=re.escape(said)):
        policy_of(tmp_path, text)


# Both together


def test_a_way_without_its_settings_is_named_with_who_chose_it() -> None:
    with pytest.raises(SettingsFault) as caught:
        ways_of({"case": "netsuite", "site": "webhook"}, netsuite_client_id="5f2c", webhook_secret=SECRET)

    assert [fault.split()[0] for fault in caught.value.faults] == [
        *("NETSUITE_URL", "NETSUITE_CERTIFICATE_ID", "NETSUITE_PRIVATE_KEY", "WEBHOOK_URL"),
    ]
    assert all("[provisioning] of usher.toml has case" in fault for fault in caught.value.faults[:3])
    assert 'usher.toml has site = "webhook"' in caught.value.faults[3]


def test_a_setting_that_both_lack_is_named_once() -> None:
    with pytest.raises(SettingsFault) as caught:
        ways_of({"case": "webhook", "site": "webhook"})

    assert len(caught.value.faults) == 2


def test_a_key_that_cannot_be_read_is_known_at_the_start(tmp_path: Path) -> None:
    with NetSuiteServer() as server:
        settings = server.settings(tmp_path) | {"netsuite_private_key": str(tmp_path / "gone.pem")}
    with pytest.raises(SettingsFault, match=r"NETSUITE_PRIVATE_KEY: .*cannot be read"):
        ways_of({"case": "netsuite"}, **settings)


def test_every_way_that_is_chosen_is_opened(tmp_path: Path) -> None:
    with NetSuiteServer() as server:
        settings = server.settings(tmp_path)
    settings |= {"webhook_url": "https://sites.example.com/usher", "webhook_secret": SECRET}

    assert ways_of({"case": "netsuite", "site": "webhook"}, **settings) == {Way.NETSUITE, Way.WEBHOOK}
    assert ways_of({"case": "webhook"}, **settings) == {Way.WEBHOOK, Way.DESK}


# The document


def test_the_example_of_a_receiver_verifies_our_signature(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code = re.findall(r"```python\n(.+?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)[0]
    names: dict[str, Any] = {}
    exec(code, names)
    monkeypatch.setattr("time.time", NOW.timestamp)
    headers, body = sign("usher-C-7-site", b"{}", key=SECRET_KEY, at=NOW), b"{}"
    verify = names["is_from_usher"]

    assert verify(headers, body, SECRET)
    assert not verify(headers, b"{ }", SECRET)
    assert not verify(headers, body, "whsec_" + "aHVudGVy" * 4)
    assert not verify({**headers, "webhook-id": "usher-C-8-site"}, body, SECRET)
    assert not verify({**headers, "webhook-timestamp": str(int(NOW.timestamp()) - 301)}, body, SECRET)
