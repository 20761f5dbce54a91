"""Coming in: greetings, TLS, log-ins, and answers that are not IMAP."""

import base64
import logging
from contextlib import closing
from pathlib import Path

import pytest

from bot.adapters.imap import ImapMailbox, build_mailbox
from bot.adapters.imap_line import with_password
from bot.adapters.tls import build_context
from bot.domain.errors import PermanentFailure, SettingsFault, TransientFailure
from bot.sandbox.mail import MailWorld, ServerTls
from bot.settings import Tls, load
from tests.adapters.scripted import Line, Scripted
from tests.adapters.scripted_imap import NOON, PASSWORD, USER, capable, mailbox_on, speaks_imap
from tests.certificates import Authority, make_authority


def test_a_busy_servers_refused_log_in_is_not_for_good() -> None:
    answers = {"LOGIN": "{tag} NO [UNAVAILABLE] directory is down\r\n"}
    with (
        Scripted(speaks_imap(answers)) as server,
        mailbox_on(server) as mailbox,
        pytest.raises(TransientFailure, match="directory is down"),
    ):
        mailbox.open()


def test_a_line_cut_in_the_log_in_is_not_a_refusal() -> None:
    with (
        Scripted(speaks_imap({"LOGIN": lambda line, _tag: line.cut()})) as server,
        mailbox_on(server) as mailbox,
        pytest.raises(TransientFailure, match="broke off the log-in"),
    ):
        mailbox.open()


@pytest.mark.parametrize("greeting", ["", "* BYE full\r\n", "HTTP/1.1 400 Bad Request\r\n", "\x15\x03\x01"])
def test_what_greets_strangely_is_a_failure_to_come_back_from(greeting: str) -> None:
    def greets(line: Line) -> None:
        line.say(greeting)
        line.cut()

    with Scripted(greets) as server, mailbox_on(server) as mailbox, pytest.raises(TransientFailure):
        mailbox.open()


@pytest.mark.parametrize(
    "search",
    [
        "* SEARCH 1 x )(\r\n{tag} OK done\r\n",
        "* SEARCH\r\n{tag} BAD what\r\n",
        "+ go on\r\nnonsense\r\n",
        "* SEARCH {99}\r\n1",
        "\x00\xff\r\n",
    ],
)
def test_an_answer_that_is_not_imap_is_a_failure_to_come_back_from(search: str) -> None:
    def answers(line: Line, tag: str) -> None:
        line.say(search.replace("{tag}", tag))
        line.cut()

    with Scripted(speaks_imap({"UID SEARCH": answers})) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        with pytest.raises(TransientFailure):
            mailbox.uids_after(0)


def test_starttls_not_offered_never_sends_the_password_in_the_clear() -> None:
    with (
        Scripted(speaks_imap({})) as server,
        mailbox_on(server, tls=Tls.STARTTLS) as mailbox,
        pytest.raises(PermanentFailure, match="does not offer STARTTLS"),
    ):
        mailbox.open()

    assert not any(b"LOGIN" in line for line in server.heard)


def test_log_in_disabled_in_the_clear_names_the_mend() -> None:
    with (
        Scripted(speaks_imap(capable("LOGINDISABLED"))) as server,
        mailbox_on(server) as mailbox,
        pytest.raises(PermanentFailure, match="set IMAP_TLS"),
    ):
        mailbox.open()

    assert not any(b" LOGIN " in line for line in server.heard)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


def settings_for(world: MailWorld, tls: Tls, **more: object) -> dict[str, object]:
    return {
        "imap_host": "localhost",
        "imap_port": world.imap_port,
        "imap_tls": tls,
        "imap_user": USER,
        "imap_password": PASSWORD,
        "smtp_host": "localhost",
        "mail_from": USER,
        "support_address": USER,
        "slack_bot_token": "xoxb-1",
        "slack_signing_secret": "s",
        "slack_approvals_channel": "C1",
        "slack_support_channel": "C2",
        "slack_staff": "U1",
        "slack_approvers": "U1",
        "secret_key": "0123456789abcdef" * 2,
        **more,
    }


@pytest.mark.parametrize("tls", [Tls.TLS, Tls.STARTTLS])
def test_it_speaks_tls_as_the_settings_say(authority: Authority, tls: Tls) -> None:
    mode = ServerTls(authority.server_context, "tls" if tls is Tls.TLS else "starttls")
    with MailWorld(now=lambda: NOON, accounts={USER: PASSWORD}, tls=mode) as world:
        world.append(USER, "INBOX", b"Subject: secret\r\n\r\nwords\r\n" * 20_000)
        settings = load(settings_for(world, tls, ca_bundle=authority.bundle), env_file=None)
        with closing(build_mailbox(settings, now=lambda: NOON)) as mailbox:
            mailbox.open()
            (mail,) = mailbox.fetch(mailbox.uids_after(0))
            world.append(USER, "INBOX", b"Subject: next\r\n\r\nwords\r\n")
            mailbox.wait(5)

            assert len(mail.raw) == 520_000
            assert len(mailbox.uids_after(mail.uid)) == 1


@pytest.mark.parametrize("tls", [Tls.TLS, Tls.STARTTLS])
def test_a_certificate_of_a_strange_authority_is_refused_with_its_mend(
    authority: Authority, tls: Tls
) -> None:
    mode = ServerTls(authority.server_context, "tls" if tls is Tls.TLS else "starttls")
    with MailWorld(now=lambda: NOON, accounts={USER: PASSWORD}, tls=mode) as world:
        settings = load(settings_for(world, tls), env_file=None)
        with (
            closing(build_mailbox(settings, now=lambda: NOON)) as mailbox,
            pytest.raises(PermanentFailure, match="CA_BUNDLE"),
        ):
            mailbox.open()


def test_a_bundle_that_cannot_be_used_is_a_fault_of_the_settings(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing\n")
    with pytest.raises(SettingsFault, match=r"CA_BUNDLE: .*empty.pem holds no certificate"):
        build_context(empty)
    with pytest.raises(SettingsFault, match=r"CA_BUNDLE: .*missing.pem cannot be read"):
        build_context(tmp_path / "missing.pem")


def mailbox_with(server: Scripted, *, user: str, password: str) -> ImapMailbox:
    log_in = with_password(user, password)
    return ImapMailbox(
        "127.0.0.1", server.port, tls=Tls.NONE, context=build_context(), log_in=log_in, now=lambda: NOON
    )


def test_letters_beyond_ascii_in_a_password_go_by_sasl() -> None:
    def authenticates(line: Line, tag: str) -> None:
        line.say("+ \r\n")
        assert base64.b64decode(line.hear()).decode() == "\0grüße@example.com\0pässwörd"
        line.say(f"{tag} OK welcome\r\n")

    script = speaks_imap({**capable("IDLE", "AUTH=PLAIN"), "AUTHENTICATE PLAIN": authenticates})
    with (
        Scripted(script) as server,
        closing(mailbox_with(server, user="grüße@example.com", password="pässwörd")) as mailbox,
    ):
        assert mailbox.open() == 7


def test_letters_that_log_in_cannot_carry_are_refused_in_words() -> None:
    with (
        Scripted(speaks_imap({})) as server,
        closing(mailbox_with(server, user=USER, password="pässwörd")) as mailbox,
        pytest.raises(PermanentFailure, match="IMAP_PASSWORD") as caught,
    ):
        mailbox.open()

    assert "ssw" not in str(caught.value)


def test_no_log_of_any_level_holds_password_or_mail(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with MailWorld(now=lambda: NOON, accounts={USER: PASSWORD}) as world:
        world.append(USER, "INBOX", b"Subject: confidential\r\n\r\nwords for nobody else\r\n")
        settings = load(settings_for(world, Tls.NONE), env_file=None)
        with closing(build_mailbox(settings, now=lambda: NOON)) as mailbox:
            mailbox.open()
            assert len(list(mailbox.fetch(mailbox.uids_after(0)))) == 1

    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("imapclient"))
    encoded = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
    assert not any(secret in ours for secret in (PASSWORD, encoded, "confidential", "nobody else"))


@pytest.mark.parametrize(
    ("greeting", "sentence"),
    [
        ("* BYE too many connections\r\n", r"takes no connection now \(too many connections\)"),
        ("* PREAUTH welcome\r\n", r"PREAUTH.*: name its ordinary port in IMAP_PORT"),
    ],
)
def test_a_strange_greeting_is_told_in_its_words(greeting: str, sentence: str) -> None:
    with (
        Scripted(speaks_imap({}, greeting=greeting)) as server,
        mailbox_on(server) as mailbox,
        pytest.raises((TransientFailure, PermanentFailure), match=sentence),
    ):
        mailbox.open()


def test_numbers_in_several_lines_are_all_found() -> None:
    answers = {"UID SEARCH": "* SEARCH 1\r\n* SEARCH 2 3\r\n{tag} OK done\r\n"}
    with Scripted(speaks_imap(answers)) as server, mailbox_on(server) as mailbox:
        mailbox.open()

        assert mailbox.uids_after(0) == [1, 2, 3]


def test_a_search_that_is_not_understood_is_told_in_the_servers_words() -> None:
    answers = {"UID SEARCH": "{tag} BAD [CLIENTBUG] what\r\n"}
    with Scripted(speaks_imap(answers)) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        with pytest.raises(TransientFailure, match="what") as caught:
            mailbox.uids_after(0)

    assert "criteria" not in str(caught.value)
