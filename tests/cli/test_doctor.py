"""`usher doctor` on a whole world: well when it is, and each fault with its cause and its mend."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from bot.domain.events import EventTag
from bot.domain.keyring import Keyring
from bot.domain.ledger import MailStatus
from bot.domain.mail import FetchedMail
from bot.domain.outbox import JobKind, NewJob
from bot.domain.step_up import Authenticator
from bot.policy import SHIPPED
from bot.sandbox.slack.cast import USHER
from bot.sandbox.world import World
from bot.services.authenticators import SECRET
from bot.services.queueing import SECRETS
from bot.services.sources import SOURCE
from bot.store import authenticators, database, events, ledger, migrations, outbox
from bot.store.database import transaction
from tests.cli.shell import Shell, settings_of
from tests.services.stocked import a_voucher_file

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

NEW_KEY = "the-new-key-" * 3


@pytest.fixture
def doctor(usher: Shell, world: World) -> Shell:
    """Where no act asks for a code; the tests of that are below."""
    usher.set(settings_of(world, usher.folder))
    usher.set(usher_config=a_policy(usher.folder, "step_up = []"))
    return usher


def a_policy(folder: Path, step_up: str) -> Path:
    path = folder / "usher.toml"
    shipped = SHIPPED.read_text(encoding="utf-8")
    path.write_text(re.sub(r"^step_up = .*$", step_up, shipped, flags=re.MULTILINE), encoding="utf-8")
    return path


def ill(shell: Shell) -> dict[str, dict[str, Any]]:
    """What is not well, by name; checks on the way that exit code and JSON agree, and nothing is secret."""
    answer = shell("doctor", "--json")
    checks = answer.objects
    bad = {check["name"]: check for check in checks if not check["well"]}
    assert (answer.code, answer.err) == (int(bool(bad)), "")
    assert all(bool(check["mend"]) is not check["well"] for check in checks)
    assert not any(word in answer.out for word in ("xoxb-", "xapp-", "correct horse"))
    return bad


def test_a_whole_world_is_well(doctor: Shell) -> None:
    answer = doctor("doctor")

    assert (answer.code, answer.err) == (0, "")
    names = [line.split(": ")[0].removeprefix("well  ") for line in answer.out.splitlines()]
    assert names == [
        *("settings", "usher.toml", "delivery", "clock", "database", "mailbox", "mailbox IDLE"),
        *("sender verdicts", "mail out", "texts", "provisioning by desk", "slack", "slack scopes"),
        "SLACK_APP_TOKEN",
        *("SLACK_APPROVALS_CHANNEL", "SLACK_SUPPORT_CHANNEL", "SLACK_STAFF", "SLACK_APPROVERS"),
        *("approvals", "step-up"),
    ]
    assert not (doctor.folder / "usher.db").exists()


@pytest.mark.parametrize(
    ("changed", "name", "cause", "mend"),
    [
        ({"imap_password": "correct horse"}, "mailbox", "log-in refused", "IMAP_PASSWORD"),
        ({"imap_folder": "Onboarding"}, "mailbox", "the folder Onboarding is not there", "IMAP_FOLDER"),
        ({"imap_port": 1}, "mailbox", "nobody listens", "IMAP_PORT"),
        ({"imap_host": "imap.invalid", "imap_tls": "tls"}, "mailbox", "name is not known", "IMAP_HOST"),
        ({"imap_tls": "tls"}, "mailbox", "no TLS came about", "IMAP_TLS"),
        ({"smtp_port": 1}, "mail out", "nobody listens", "SMTP_PORT"),
        ({"smtp_tls": "starttls"}, "mail out", "STARTTLS", "SMTP_TLS"),
        ({"slack_bot_token": "xoxb-wrong"}, "slack", "does not know the bot token", "SLACK_BOT_TOKEN"),
        ({"slack_api_url": "http://127.0.0.1:1/"}, "slack", "nobody listens", "SLACK_API_URL"),
        (
            {"slack_app_token": "xapp-wrong"},
            "SLACK_APP_TOKEN",
            "does not take the app token",
            "connections:write",
        ),
        ({"slack_support_channel": "C0NOBODY"}, "SLACK_SUPPORT_CHANNEL", "not there or is private", "id"),
        ({"slack_staff": "zoe@desk.example"}, "SLACK_STAFF", "zoe@desk.example is not found", "SLACK_STAFF"),
        ({"sponsors": ""}, "usher.toml", "0 in SPONSORS", "name who may submit"),
        ({"trusted_proxies": "10.0.0.0/8,0.0.0.0/0"}, "TRUSTED_PROXIES", "0.0.0.0/0: whoever", "in front"),
        ({"trusted_authserv_id": ""}, "sender verdicts", "not set: no sender", "TRUSTED_AUTHSERV_ID"),
        ({"sms_url": "http://127.0.0.1:1/send"}, "texts", "127.0.0.1 cannot be reached", "SMS_URL"),
        ({"sms_url": "https://sms.invalid/send"}, "texts", "sms.invalid cannot be reached", "SMS_URL"),
        ({"sms_url": "", "sms_token": "", "delivery": "live"}, "texts", "no SMS_URL: nobody", "SMS_TOKEN"),
        (
            {"database_url": "sqlite:////nowhere/usher.db"},
            "database",
            "no folder /nowhere",
            "make the folder",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_each_fault_names_its_cause_and_its_mend_and_hides_no_other_part(
    doctor: Shell, changed: dict[str, object], name: str, cause: str, mend: str
) -> None:
    doctor.set(changed)
    bad = ill(doctor)

    assert list(bad) == [name]
    assert cause in bad[name]["sentence"]
    assert mend.lower() in (bad[name]["mend"] + bad[name]["sentence"]).lower()


def test_approvers_who_are_no_full_members_can_decide_nothing(doctor: Shell) -> None:
    doctor.set(slack_approvers="dana.field@sponsor.example")
    bad = ill(doctor)

    assert list(bad) == ["SLACK_APPROVERS", "approvals"]
    assert "no full member" in bad["SLACK_APPROVERS"]["sentence"]
    assert "review: nobody of the 2 who are needed can act" in bad["approvals"]["sentence"]
    assert "erasure: nobody of the 1 who are needed can act" in bad["approvals"]["sentence"]


def test_one_approver_is_too_few_where_two_may_be_needed(doctor: Shell) -> None:
    doctor.set(slack_approvers="U0AVERY0001")

    assert ill(doctor)["approvals"]["sentence"] == "review: only 1 of the 2 who are needed can act"


def test_whom_an_escalation_adds_has_to_be_found(doctor: Shell) -> None:
    policy = doctor.folder / "usher.toml"
    text = policy.read_text(encoding="utf-8")
    policy.write_text(
        re.sub(r"^escalate_to = .*$", 'escalate_to = ["zoe@desk.example"]', text, flags=re.MULTILINE),
        encoding="utf-8",
    )

    assert "escalation: nobody" in ill(doctor)["approvals"]["sentence"]
    assert "zoe@desk.example is not found" in ill(doctor)["approvals"]["sentence"]


def test_several_faults_are_told_together(doctor: Shell) -> None:
    doctor.set(imap_password="correct horse", smtp_port=1, slack_staff="zoe@desk.example", sponsors="")

    assert list(ill(doctor)) == ["usher.toml", "mailbox", "mail out", "SLACK_STAFF"]


def test_people_see_the_mend_below_the_fault(doctor: Shell) -> None:
    doctor.set(sponsors="")
    answer = doctor("doctor")

    lines = answer.out.splitlines()
    assert lines[1].startswith("ILL   usher.toml: ")
    assert lines[2] == "      mend: name who may submit a RIS in SPONSORS (addresses and domains)"


def test_a_channel_without_the_bot(doctor: Shell, world: World) -> None:
    support = world.workspace.directory.get_channel("support")
    support.members.discard(USHER.id)
    try:
        bad = ill(doctor)
    finally:
        support.members.add(USHER.id)

    assert list(bad) == ["SLACK_SUPPORT_CHANNEL"]
    assert "/invite" in bad["SLACK_SUPPORT_CHANNEL"]["mend"]


def test_missing_scopes_are_named_and_what_needs_them_is_ill(doctor: Shell, world: World) -> None:
    world.workspace.scopes = {"chat:write", "commands", "users:read", "channels:read", "channels:history"}
    try:
        bad = ill(doctor)
    finally:
        world.workspace.scopes = None

    assert list(bad) == ["slack scopes", "SLACK_STAFF", "SLACK_APPROVERS", "approvals"]
    assert "users:read.email" in bad["slack scopes"]["sentence"]
    assert "the scope users:read.email" in bad["SLACK_STAFF"]["sentence"]
    assert "install the app anew" in bad["slack scopes"]["mend"]


def test_the_newest_mails_without_a_verdict_we_trust(doctor: Shell, world: World) -> None:
    sample = world.samples.question()
    world.mail.submit(sample.raw, sample.sender, sample.recipient)
    world.mail.wait_for(sample.recipient, lambda mail: bool(mail.raw), 10)

    assert ill(doctor) == {}
    doctor.set(trusted_authserv_id="mx.elsewhere.example")
    found = ill(doctor)["sender verdicts"]
    assert "carry a verdict of mx.elsewhere.example" in found["sentence"]
    assert "on top of 1 of them stands mx.usher.example" in found["mend"]


def test_a_wrong_name_shows_in_mails_that_were_dealt_with(doctor: Shell, world: World) -> None:
    raw = world.samples.question().raw
    sealed = Keyring([os.environ["SECRET_KEY"]]).seal_bytes(SOURCE, raw)
    with written(doctor.folder) as db:
        fetched = FetchedMail(uid=1, raw=sealed, received_at=NOW, size=len(raw))
        ledger.add(db, "INBOX", 1, fetched, status=MailStatus.RECORDED, now=NOW)
    doctor.set(trusted_authserv_id="mx.elsewhere.example")

    found = ill(doctor)["sender verdicts"]

    assert found["sentence"] == "0 of the newest 1 mails carry a verdict of mx.elsewhere.example"


def test_what_the_machine_does_to_the_database_calls_for_no_restore(
    doctor: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with written(doctor.folder):
        pass
    monkeypatch.setattr(database, "LEAST_ROOM", 2**62)

    found = ill(doctor)["database"]

    assert found["sentence"] == "the disk is full"
    assert found["mend"].startswith("make room where the database lies")


def test_a_misspelt_name_in_the_file(doctor: Shell) -> None:
    Path(".env").write_text("DELIVARY=hold\n")

    assert ill(doctor)["settings"]["sentence"] == "DELIVARY is no setting (DELIVERY?)"


def test_a_misspelt_name_in_the_environment_and_which_usher_toml_is_read(
    doctor: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the unit's EnvironmentFile gives it."""
    checks = {check["name"]: check for check in doctor("doctor", "--json").objects}
    assert checks["usher.toml"]["sentence"].endswith(f"; {doctor.folder / 'usher.toml'}")
    monkeypatch.setenv("USHER_CONFG", os.environ["USHER_CONFIG"])
    monkeypatch.delenv("USHER_CONFIG")

    bad = ill(doctor)
    checks = {check["name"]: check for check in doctor("doctor", "--json").objects}
    assert bad["settings"]["sentence"] == "USHER_CONFG is no setting (USHER_CONFIG?)"
    assert "the shipped one, as USHER_CONFIG is not set" in checks["usher.toml"]["sentence"]


def test_without_a_gateway_it_is_said_while_mails_are_on_hold(doctor: Shell) -> None:
    doctor.set(sms_url="", sms_token="", delivery="hold")
    checks = {check["name"]: check for check in doctor("doctor", "--json").objects}

    assert ill(doctor) == {}
    assert checks["texts"]["sentence"] == "there is no SMS_URL: nobody can sign in by phone"


def test_wording_that_does_not_hold(doctor: Shell) -> None:
    wording = doctor.folder / "wording"
    wording.mkdir()
    (wording / "receipt.en.md").write_text("---\nsubject: Hello {{ nobody }}\npreheader: x\n---\nHi\n")
    doctor.set(templates_dir=wording)

    assert "receipt.en.md" in ill(doctor)["wording"]["sentence"]


@contextmanager
def written(folder: Path) -> Iterator[Database]:
    with database.connect(folder / "usher.db") as db:
        migrations.migrate(db)
        with transaction(db):
            yield db


def test_a_broken_audit_chain(doctor: Shell) -> None:
    with written(doctor.folder) as db:
        for number in range(3):
            events.add(db, EventTag.JOB_HELD, f"job:{number}", actor="usher", at=NOW)
    assert ill(doctor) == {}
    assert doctor("audit", "verify").code == 0
    with closing(sqlite3.connect(doctor.folder / "usher.db")) as db:
        db.executescript(
            "drop trigger events_are_never_changed; update events set actor = 'cli:mallory' where seq = 2"
        )

    assert ill(doctor)["audit trail"]["sentence"] == "broken at event 2"
    proof = doctor("audit", "verify", "--json")
    assert (proof.code, proof.objects[0]["broken_at"], proof.objects[0]["events"]) == (1, 2, 3)


def test_a_key_that_was_replaced_too_early(doctor: Shell) -> None:
    job = NewJob(key="k", kind=JobKind.MAIL, stream="s", template="receipt", values={})
    former = "f" * 32
    with written(doctor.folder) as db:
        outbox.add(db, job, sealed=Keyring([former]).seal(SECRETS, "{}"), now=NOW)

    found = ill(doctor)["SECRET_KEY"]
    assert (
        found["sentence"]
        == "1 of 1 waiting mails, authenticators, License Keys and marks were sealed with another key"
    )
    doctor.set(secret_key=f"{NEW_KEY},{former}")
    assert ill(doctor) == {}


def test_seats_with_a_price_need_keys_and_money(doctor: Shell) -> None:
    with written(doctor.folder):
        pass
    policy = doctor.folder / "usher.toml"
    assert ill(doctor) == {}

    policy.write_text(policy.read_text(encoding="utf-8").replace("# prices =", "prices ="), encoding="utf-8")
    bad = ill(doctor)

    assert set(bad) == {"stock", "purchase orders"}
    assert "usher vouchers import" in bad["stock"]["mend"]
    assert "usher po add" in bad["purchase orders"]["mend"]

    (doctor.folder / "v.csv").write_bytes(a_voucher_file(3))
    assert doctor("vouchers", "import", "v.csv").code == 0
    assert doctor("po", "add", "PO-1", "128", "EUR").code == 0
    assert set(ill(doctor)) == {"purchase orders"}
    assert doctor("po", "add", "PO-1", "1", "EUR").code == 0
    assert ill(doctor) == {}


def test_keys_that_were_sealed_with_a_key_that_is_gone(doctor: Shell) -> None:
    with written(doctor.folder):
        pass
    (doctor.folder / "v.csv").write_bytes(a_voucher_file(3))
    assert doctor("vouchers", "import", "v.csv").code == 0
    doctor.set(secret_key=NEW_KEY)

    assert ill(doctor)["SECRET_KEY"]["sentence"].startswith(
        "6 of 6 waiting mails, authenticators, License Keys and marks"
    )


def test_who_decides_about_something_grave_needs_an_authenticator(doctor: Shell) -> None:
    doctor.set(usher_config=a_policy(doctor.folder, 'step_up = ["large"]'))
    assert ill(doctor) == {}  # before the first start nobody can have one
    with written(doctor.folder):
        pass

    found = ill(doctor)["step-up"]
    assert found["sentence"].startswith("0 of 2 who decide have an authenticator; to type /usher enroll: ")
    assert "avery" in found["sentence"]
    assert "casey" in found["sentence"]
    assert "/usher enroll" in found["mend"]


def test_as_many_authenticators_as_have_to_agree_are_enough(doctor: Shell) -> None:
    everybody = "avery@desk.example,blake@desk.example,casey@desk.example"
    doctor.set(usher_config=a_policy(doctor.folder, 'step_up = ["large"]'), slack_approvers=everybody)
    keyring = Keyring([os.environ["SECRET_KEY"]])
    with written(doctor.folder) as db:
        for person in ("U0AVERY0001", "U0CASEY0001"):
            sealed = keyring.seal(SECRET, "ABCD")
            authenticators.put(
                db, Authenticator(person=person, sealed=sealed, address="", made_at=NOW, confirmed_at=NOW)
            )
    assert ill(doctor) == {}
    checks = {check["name"]: check for check in doctor("doctor", "--json").objects}

    assert checks["step-up"]["sentence"].endswith("; to type /usher enroll: blake")


def test_authenticators_that_no_key_opens_are_told(doctor: Shell) -> None:
    with written(doctor.folder) as db:
        sealed = Keyring(["f" * 32]).seal(SECRET, "ABCD")
        authenticators.put(db, Authenticator(person="U0", sealed=sealed, address="", made_at=NOW))

    assert "1 of 1" in ill(doctor)["SECRET_KEY"]["sentence"]


def test_a_database_of_another_kind_is_ill_and_left_alone(doctor: Shell) -> None:
    path = doctor.folder / "usher.db"
    path.write_text("a shopping list, longer than a header\n" * 30)
    before = path.read_bytes()

    assert list(ill(doctor)) == ["database"]
    assert path.read_bytes() == before
