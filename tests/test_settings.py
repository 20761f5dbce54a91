"""Settings: everything wrong is named at once, with its mend; nothing secret is ever shown."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot import settings as settings_room
from bot.domain.errors import SettingsFault
from bot.settings import ReadingSettings, Settings

EXAMPLE = Path(__file__).parents[1] / ".env.example"
GOOD: dict[str, Any] = {
    "imap_host": "imap.example.com",
    "imap_user": "desk@example.com",
    "imap_password": "correct horse",
    "smtp_host": "smtp.example.com",
    "mail_from": "desk@example.com",
    "support_address": "help@example.com",
    "slack_bot_token": "xoxb-1",
    "slack_app_token": "xapp-1",
    "slack_approvals_channel": "C1",
    "slack_support_channel": "C2",
    "slack_staff": "avery@example.com",
    "slack_approvers": "avery@example.com",
    "secret_key": "0123456789abcdef" * 2,
}


@pytest.fixture(autouse=True)
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def faults_of(**changed: Any) -> tuple[str, ...]:  # noqa: ANN401 - values of any setting
    with pytest.raises(SettingsFault) as caught:
        settings_room.load(GOOD | changed)
    return caught.value.faults


def write_env(text: str | bytes) -> None:
    Path(".env").write_bytes(text.encode() if isinstance(text, str) else text)


def test_all_that_is_missing_is_named_at_once_in_the_order_of_the_example() -> None:
    with pytest.raises(SettingsFault) as caught:
        settings_room.load()

    names = [fault.split()[0] for fault in caught.value.faults]
    assert names == [
        *("IMAP_HOST", "IMAP_USER", "IMAP_PASSWORD", "SMTP_HOST", "MAIL_FROM", "SUPPORT_ADDRESS"),
        *("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_APPROVALS_CHANNEL", "SLACK_SUPPORT_CHANNEL"),
        *("SLACK_STAFF", "SLACK_APPROVERS", "SECRET_KEY"),
    ]


def test_missing_and_malformed_ones_are_named_together() -> None:
    faults = faults_of(imap_port="x", slack_staff=" , ", slack_app_token="", delivery="maybe")

    assert [fault.split(":")[0].split()[0] for fault in faults] == [
        "IMAP_PORT",
        "DELIVERY",
        "SLACK_APP_TOKEN",
        "SLACK_STAFF",
    ]


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("database_url", "postgresql://db", "sqlite:///"),
        ("imap_port", "imap", "whole number"),
        ("imap_port", "70000", "65535"),
        ("imap_tls", "ssl", "tls, starttls or none"),
        ("mail_from", "Desk <desk@example.com>", "plain mail address"),
        ("mail_from", '"desk@example.com"', "plain mail address"),
        ("imap_host", "imap..example.com", "the name of a server"),
        ("imap_host", "imap.example.com ", "the name of a server"),
        ("smtp_host", "https://smtp.example.com", "the name of a server"),
        ("smtp_host", f"{'x' * 64}.example.com", "the name of a server"),
        ("slack_api_url", "https://slack..example.com/api/", "https://"),
        ("imap_folder", "Usher/Done", "the folder where mail arrives"),
        ("imap_folder", "INBOX.usher.Aside", "the folder where mail arrives"),
        ("trusted_authserv_id", '"mx.example.com"', "one word"),
        ("delivery", "only:", "hold, live, or only:"),
        ("slack_bot_token", "xapp-1", "xoxb-"),
        ("slack_app_token", "xoxb-1", "xapp-"),
        ("slack_approvers", ",", "names nobody"),
        ("portal_bind", "8080", "HOST:PORT"),
        ("https_proxy", "proxy.example", "http://HOST:PORT"),
        ("trusted_proxies", "the-proxy", "10.0.0.0/24"),
        ("portal_url", "portal.example.com", "https://"),
        ("portal_url", "http://[", "https://"),
        ("portal_url", "http://portal.example.com", "http:// on loopback"),
        ("slack_api_url", "http://[", "https://"),
        ("trusted_proxies", "proxy.example.com", "network"),
        ("secret_key", "k" * 32 + ",short", "32 characters"),
        ("secret_key", "short", "32 characters"),
        ("secret_key", "0123456789abcdef0123456789abcdef,short", "32 characters"),
        ("sponsors", "not an address", "not an address is no address or domain"),
        ("sponsors", "example.org,@x", "x is no address or domain"),
        ("sponsors", "a@b@example.org", "no address or domain"),
        ("sponsors", "example", "no address or domain"),
        ("delivery", "only:not an address", "not an address is no address or domain"),
        ("delivery", "only:example.org, @example.com", "no address or domain"),
        ("imap_port", "0", "greater than or equal to 1"),
        ("smtp_port", "0", "greater than or equal to 1"),
        ("trusted_authserv_id", "mx.example.com; dkim=pass", "one word"),
        ("trusted_authserv_id", "mx example", "one word"),
        ("portal_bind", "127.0.0.1:8080x", "e.g. 127.0.0.1:8080"),
        ("portal_bind", "127.0.0.1:\u0663", "e.g. 127.0.0.1:8080"),
        ("ops_bind", "8081x", "e.g. 127.0.0.1:8081"),
        ("portal_url", "https://portal.example.com/desk", "without path"),
        ("portal_url", "https://portal.example.com/?a=1", "without path"),
        ("portal_url", "https://portal.example.com?a=1", "without path"),
        ("portal_url", "https://portal.example.com/#", "without path"),
        ("portal_url", "https://me@portal.example.com", "log-in"),
        ("slack_api_url", "http://evil.example/api/", "https://"),
        ("ca_bundle", "/nowhere.pem", "/nowhere.pem is no file"),
        ("ca_bundle", ".", "is no file"),
        ("ca_bundle", "x" * 5000, "is no file"),
        ("usher_clock", "tomorrow", "ISO time"),
        ("templates_dir", "/nowhere", "no folder"),
        ("oauth_token_url", "http://login.example.com/token", "https://HOST/PATH"),
        ("oauth_token_url", "https://login.example.com:70000/token", "https://HOST/PATH"),
        ("oauth_token_url", "login.example.com/token", "https://HOST/PATH"),
        ("oauth_token_url", "https://login.example.com/to ken", "https://HOST/PATH"),
        ("mail_auth", "kerberos", "password or oauth2"),
    ],
)
def test_each_malformed_setting_is_one_line_with_its_mend(name: str, value: str, mend: str) -> None:
    (fault,) = faults_of(**{name: value})

    assert fault.startswith(name.upper())
    assert mend in fault
    assert "\n" not in fault


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sponsors", "dana@sponsor.example.com, sponsor.example.org,@bücher.example"),
        ("delivery", "only:anna+ris@example.com, example.org"),
        ("portal_url", "https://portal.example.com:8443/"),
        ("portal_url", "HTTPS://Portal.example.com"),
        ("portal_url", "http://[::1]:8080"),
        ("portal_url", "http://localhost:8080"),
        ("slack_api_url", "http://127.0.0.1:8026/api/"),
        ("trusted_authserv_id", "microsoft365"),
        ("ca_bundle", __file__),
        ("secret_key", f"{GOOD['secret_key']},{'k' * 32}"),  # an old one stays for what it sealed
    ],
)
def test_what_is_right_is_taken(name: str, value: str) -> None:
    settings_room.load(GOOD | {name: value})


@pytest.mark.parametrize("load", [settings_room.load, settings_room.load_reading])
def test_the_slash_at_the_end_of_the_portals_address_is_taken_off(
    load: Callable[[dict[str, Any]], ReadingSettings],
) -> None:
    url = "https://portal.example.com:8443"

    assert [load(GOOD | {"portal_url": given}).portal_url for given in (f"{url}/", url)] == [url, url]


@pytest.mark.parametrize(
    ("name", "value"),
    [("sponsors", "@x"), ("portal_url", "http://evil.example/path"), ("trusted_authserv_id", "a b")],
)
def test_what_helps_to_read_is_checked_as_well_where_nothing_else_is_set(name: str, value: str) -> None:
    with pytest.raises(SettingsFault) as caught:
        settings_room.load_reading({name: value})

    assert [fault.partition(":")[0] for fault in caught.value.faults] == [name.upper()]


def test_a_wrong_secret_is_never_repeated() -> None:
    faults = faults_of(slack_bot_token="hunter2-bot", slack_app_token="hunter2-app", secret_key="hunter2")

    assert len(faults) == 3
    assert "hunter2" not in " ".join(faults)


def test_a_secret_prints_as_stars() -> None:
    settings = settings_room.load(GOOD)

    assert not re.search("correct horse|xoxb-1|xapp-1|kkkk", repr(settings))


def test_a_user_without_a_password_for_mail_out_is_named() -> None:
    (fault,) = faults_of(smtp_user="desk@example.com")

    assert fault.startswith("SMTP_PASSWORD is missing")


@pytest.mark.parametrize("server", ["imap", "smtp"])
def test_a_line_without_tls_is_for_this_machine_only(server: str) -> None:
    (fault,) = faults_of(**{f"{server}_tls": "none"})

    assert fault.startswith(f"{server.upper()}_TLS: none is for a server on this machine only")
    for here in ("127.0.0.1", "localhost", "::1"):
        settings_room.load(GOOD | {f"{server}_tls": "none", f"{server}_host": here})


def test_tokens_need_their_four_names_and_no_password() -> None:
    without = {"mail_auth": "oauth2", "imap_password": "", "smtp_user": "desk@example.com"}
    faults = faults_of(**without, oauth_client_id="0a1b", smtp_port="x")
    tokens = {
        "oauth_token_url": "https://login.example.com/token",
        "oauth_client_id": "0a1b",
        "oauth_client_secret": "hunter2",
        "oauth_scope": "https://mail.example.com/.default",
    }

    assert [fault.replace(":", " ").split()[0] for fault in faults] == [
        *("SMTP_PORT", "OAUTH_TOKEN_URL", "OAUTH_CLIENT_SECRET", "OAUTH_SCOPE"),
    ]
    assert all("MAIL_AUTH=oauth2 needs it: " in fault for fault in faults[1:])
    assert "hunter2" not in repr(settings_room.load(GOOD | without | tokens))


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/token", "http://localhost/t", "http://[::1]:1/t"])
def test_a_token_server_on_loopback_needs_no_tls(url: str) -> None:
    assert settings_room.load(GOOD | {"oauth_token_url": url}).oauth_token_url == url


def test_the_environment_wins_over_the_file_and_the_file_over_defaults(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_env("IMAP_FOLDER=Onboarding\nDELIVERY=live\n")
    monkeypatch.setenv("DELIVERY", "hold")
    settings = settings_room.load(GOOD)

    assert (settings.imap_folder, settings.delivery, settings.smtp_rate) == ("Onboarding", "hold", 30)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"IMAP_HOST=imap.example.com\nIMAP_USER=\xff\xfe\n", "is not UTF-8 text"),
        (b"IMAP_HOST=imap.example.com\n'broken\n", "line 2 is not NAME=value"),
    ],
)
def test_an_env_file_that_cannot_be_read_is_refused(content: bytes, said: str) -> None:
    write_env(content)

    assert said in faults_of()[0]


def test_an_env_file_that_is_a_folder_is_refused() -> None:
    Path(".env").mkdir()

    assert faults_of() == (".env: cannot be read (Is a directory); mend or remove it",)


def test_reading_files_needs_no_setting() -> None:
    settings = settings_room.load_reading()

    assert (settings.own_addresses, settings.sponsors, settings.secret_keys()) == (frozenset(), (), ())


def test_the_sandbox_takes_nothing_from_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    write_env("DELIVERY=nonsense\n")
    monkeypatch.setenv("IMAP_FOLDER", "Private")
    monkeypatch.setenv("MAIL_AUTH", "oauth2")

    assert settings_room.load_given(GOOD).imap_folder == "INBOX"


def test_a_misspelt_name_in_the_file_is_found_and_a_strangers_is_not() -> None:
    write_env("DELIVARY=live\nCOMPOSE_PROJECT_NAME=desk\nDELIVERY=hold\n")

    assert settings_room.list_misspelt() == [("DELIVARY", "DELIVERY")]


def test_a_misspelt_name_in_the_environment_is_found_and_other_programs_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("USHER_CONFG", "SMTP_RATES", "HTTP_PROXY", "https_proxy", "SMTP_USERNAME", "LANGUAGE"):
        monkeypatch.setenv(name, "x")

    assert settings_room.list_misspelt() == [("SMTP_RATES", "SMTP_RATE"), ("USHER_CONFG", "USHER_CONFIG")]


def example() -> list[tuple[str, str]]:
    """Every name in `.env.example`, given or commented out, with the comment above it."""
    found, above = [], ""
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if named := re.fullmatch(r"#?([A-Z][A-Z0-9_]+)=.*", line):
            found.append((named[1], above))
        else:
            above = f"{above}\n{line}" if line.startswith("# ") else ""
    return found


def test_the_example_names_every_setting_and_no_other() -> None:
    names = [name for name, _ in example()]

    assert sorted(names) == sorted(name.upper() for name in Settings.model_fields)


def test_every_setting_of_the_example_is_explained() -> None:
    # The password stands under its user's comment.
    assert [name for name, above in example() if not above] == []


def test_the_examples_defaults_are_the_programs() -> None:
    shown = dict(re.findall(r"^#([A-Z_]+)=(\S+)$", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))
    derived = {"IMAP_PORT": "993", "SMTP_PORT": "587"}
    settings = settings_room.load(GOOD)

    for name, value in shown.items():
        assert value == derived.get(name, str(getattr(settings, name.lower()))), name
    assert settings.imap_endpoint[1] == 993
    assert settings.smtp_endpoint[1] == 587


def test_the_example_as_it_is_lacks_just_what_has_to_be_given() -> None:
    write_env(EXAMPLE.read_text(encoding="utf-8"))
    with pytest.raises(SettingsFault) as caught:
        settings_room.load()

    assert all("missing" in fault for fault in caught.value.faults)
    write_env(EXAMPLE.read_text(encoding="utf-8") + "\n".join(f"{n.upper()}={v}" for n, v in GOOD.items()))
    assert settings_room.load().imap_host == "imap.example.com"


@pytest.mark.parametrize(
    "host", ["::1", "192.0.2.1", "mail", "mail_1.internal", "post.müller.example", "a.example."]
)
def test_hosts_that_can_be_looked_up(host: str) -> None:
    assert settings_room.load_given(GOOD | {"imap_host": host, "smtp_host": host}).imap_host == host


def test_a_host_that_is_none_is_not_blamed_on_tls() -> None:
    (fault,) = faults_of(imap_host="127.0.0.1 ", imap_tls="none")

    assert fault.startswith("IMAP_HOST:")


def test_a_folder_that_only_sounds_like_ours() -> None:
    assert settings_room.load_given(GOOD | {"imap_folder": "Usher/Done/New"}).imap_folder == "Usher/Done/New"
