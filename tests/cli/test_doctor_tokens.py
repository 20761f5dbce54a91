"""`usher doctor` and `usher run` with tokens instead of passwords: which cause it is, and what mends it."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from bot.sandbox.world import World
from tests.adapters.scripted import Scripted
from tests.adapters.token_gates import Gate, speaks_imap_with, speaks_smtp_with
from tests.certificates import Authority, make_authority
from tests.cli.shell import Shell, ask, in_process, running, settings_of
from tests.token_server import CLIENT_SECRET, MAILBOX, TokenServer, says

pytestmark = pytest.mark.slow

ALL_THREE = ["mail tokens", "mailbox", "mail out"]
NO_MAIL = "* SEARCH\r\n{tag} OK done\r\n"


@dataclass
class Ward:
    """A desk whose mail servers take tokens."""

    shell: Shell
    server: TokenServer
    gates: dict[str, Gate]
    settings: dict[str, object]

    def ill(self) -> dict[str, dict[str, Any]]:
        answer = self.shell("doctor", "--json")
        assert answer.err == ""
        assert CLIENT_SECRET not in answer.out
        assert "hunter2" not in answer.out
        return {check["name"]: check for check in answer.objects if not check["well"]}


@pytest.fixture
def ward(usher: Shell, world: World) -> Iterator[Ward]:
    with ExitStack() as stack:
        server = stack.enter_context(TokenServer())
        gates = {"imap": Gate(server), "smtp": Gate(server)}
        imap = stack.enter_context(
            Scripted(speaks_imap_with("XOAUTH2", gates["imap"].imap, {"UID SEARCH": NO_MAIL}))
        )
        smtp = stack.enter_context(Scripted(speaks_smtp_with("XOAUTH2", gates["smtp"].smtp)))
        settings = {
            **settings_of(world, usher.folder),
            **server.settings(),
            "imap_host": "127.0.0.1",
            "imap_port": imap.port,
            "imap_user": MAILBOX,
            "imap_password": "",
            "smtp_host": "127.0.0.1",
            "smtp_port": smtp.port,
            "smtp_user": MAILBOX,
            "smtp_password": "",
        }
        usher.set(settings)
        yield Ward(usher, server, gates, settings)


def test_all_is_well_with_tokens(ward: Ward) -> None:
    answer = ward.shell("doctor")

    assert "well  mail tokens: 127.0.0.1 gives a token, good for 60 minutes" in answer.out
    assert (answer.code, len(ward.server.asked)) == (0, 1)


def test_passwords_need_no_tokens(usher: Shell, world: World) -> None:
    usher.set(settings_of(world, usher.folder))

    assert "mail tokens" not in usher("doctor").out


@pytest.mark.parametrize(
    ("changed", "cause", "mend"),
    [
        ({"oauth_token_url": "http://127.0.0.1:1/token"}, "nobody listens", "OAUTH_TOKEN_URL"),
        ({"oauth_token_url": "https://tokens.invalid/t"}, "name is not known", "OAUTH_TOKEN_URL"),
        ({"oauth_client_id": "another"}, "client id is not known", "OAUTH_CLIENT_ID"),
        ({"oauth_client_secret": "hunter2"}, "secret is wrong", "OAUTH_CLIENT_SECRET"),
        ({"oauth_scope": "https://graph.example/.default"}, "scope is refused", "OAUTH_SCOPE"),
    ],
)
def test_each_cause_in_the_settings_is_told_apart(
    ward: Ward, changed: dict[str, object], cause: str, mend: str
) -> None:
    ward.shell.set(changed)
    bad = ward.ill()

    assert list(bad) == ALL_THREE
    assert all(cause in check["sentence"] and mend in check["mend"] for check in bad.values())


def test_a_tenant_that_is_not_there(ward: Ward) -> None:
    ward.shell.set(oauth_token_url=ward.server.token_url.replace("contoso", "elsewhere"))
    bad = ward.ill()["mail tokens"]

    assert "no such tenant" in bad["sentence"]
    assert bad["mend"] == "check the tenant in OAUTH_TOKEN_URL"


def test_a_secret_that_has_expired(ward: Ward) -> None:
    ward.server.expired = True
    bad = ward.ill()

    assert list(bad) == ALL_THREE
    assert all("the client secret has expired (AADSTS7000222)" in check["sentence"] for check in bad.values())
    assert all("make a new one" in check["mend"] for check in bad.values())


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (says(404, "<h1>Not found</h1>"), "no such address (404)"),
        (says(200, "<h1>Welcome</h1>"), "without an access token"),
        (says(302, "", Location="https://elsewhere.example/"), "sends us elsewhere (302)"),
        (says(502, ""), "would not give one now (502)"),
    ],
)
def test_an_address_that_is_no_token_servers(
    ward: Ward, answer: Callable[[BaseHTTPRequestHandler], None], cause: str
) -> None:
    ward.server.coming.extend([answer] * 3)
    bad = ward.ill()

    assert list(bad) == ALL_THREE
    assert cause in bad["mail tokens"]["sentence"]
    assert "check OAUTH_TOKEN_URL" in bad["mail tokens"]["mend"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


def test_a_token_server_that_is_not_trusted(ward: Ward, authority: Authority) -> None:
    with TokenServer(tls=authority.server_context) as server:
        ward.shell.set(server.settings())
        bad = ward.ill()["mail tokens"]

    assert "certificate is not trusted" in bad["sentence"]
    assert "CA_BUNDLE" in bad["mend"]


def test_a_mailbox_that_is_closed_to_the_app(ward: Ward) -> None:
    ward.gates["imap"].mailbox = "somebody@example.com"
    bad = ward.ill()

    assert list(bad) == ["mailbox"]
    assert "AUTHENTICATE failed" in bad["mailbox"]["sentence"]
    assert "let its app into the mailbox of IMAP_USER" in bad["mailbox"]["mend"]


def test_mail_out_that_is_closed_to_the_app(ward: Ward) -> None:
    ward.gates["smtp"].mailbox = "somebody@example.com"
    bad = ward.ill()

    assert list(bad) == ["mail out"]
    assert "535 5.7.3 Authentication unsuccessful" in bad["mail out"]["sentence"]
    assert "let its app send as SMTP_USER" in bad["mail out"]["mend"]


def test_a_new_desk_whose_secret_has_expired_does_not_start_and_says_why(ward: Ward) -> None:
    ward.server.expired = True
    answer = in_process("run", cwd=ward.shell.folder, env=ward.settings)

    assert answer.code == 2
    (fault,) = answer.faults
    assert "the client secret has expired (AADSTS7000222): make a new one" in fault


def test_a_desk_that_worked_starts_with_an_expired_secret_and_says_it_where_it_is_watched(ward: Ward) -> None:
    """An alarm in Slack needs the service; a machine may be started again any night."""
    with running(ward.shell.folder / "first", env=ward.settings) as service:
        service.wait_until_well("mailbox")
        service.end(signal.SIGTERM)
    ward.server.expired = True
    with running(ward.shell.folder / "second", env=ward.settings) as service:
        service.wait_until_said('"ready"')
        status, said = ask(service.ops, "/readyz")
        service.end(signal.SIGTERM)

    assert status == 503
    assert "mailbox: " in said
    assert "the client secret has expired (AADSTS7000222): make a new one" in said
