"""The restore drill of docs/operate.md, and the restore in earnest: nothing lost, nothing twice."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from imapclient import IMAPClient

from bot.sandbox.samples import DANA
from bot.sandbox.world import DESK, World
from bot.services import audit
from tests.cli.shell import Answer, in_process
from tests.stories.desk import MORNING, Desk, as_text, until
from tests.stories.test_restart import start
from tests.stories.test_spine import company_of

pytestmark = pytest.mark.slow

NOWHERE = {"imap_port": 1, "smtp_port": 1, "slack_api_url": "http://127.0.0.1:1/api/"}
DONE = "Usher/Done"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    folder = tmp_path / "desk"
    folder.mkdir()
    with World(folder, seed=5, start=MORNING) as world:
        yield world


def approve(desk: Desk, company: str) -> None:
    desk.act("avery").click("approvals", desk.card(company, "case_approve")["ts"], "case_approve")
    desk.card(company, "*sponsor told*")
    desk.settled()


def test_the_drill_on_a_machine_without_a_network(world: World, tmp_path: Path) -> None:
    desk, service = start(world)
    try:
        company = company_of(desk.send(world.samples.complete_ris()))
        approve(desk, company)
        world.mail.faults.smtp.answer("rcpt", "451 4.3.0 busy", address=DANA[1])
        waiting = company_of(desk.send(world.samples.complete_ris()))
        desk.card(waiting)
        copy = tmp_path / "usher-2026-12-01.db"
        made = in_process("backup", copy, cwd=tmp_path, env=world.settings())
        with desk.bot.connect() as db:
            head = audit.verify(db).head
    finally:
        assert service.stop()

    machine = tmp_path / "another"
    machine.mkdir()
    database = machine / "usher.db"
    env = world.settings() | NOWHERE | {"database_url": f"sqlite:///{database}", "delivery": "hold"}

    def usher(*arguments: str) -> Answer:
        return in_process(*arguments, cwd=machine, env=env)

    restored = usher("restore", str(copy))
    trail = usher("audit", "verify", "--offline", "--head", head)
    jobs, mails = usher("jobs", "list"), usher("mail", "list")

    assert [answer.code for answer in (made, restored, trail, jobs, mails)] == [0] * 5, trail.err
    assert "1 job is held" in restored.out
    assert "whole" in trail.out
    assert "has the head that you noted" in trail.out
    assert "every mail is held" in jobs.out
    assert "receipt" in jobs.out
    assert "C-2  holds a form" in mails.out


def test_in_earnest_what_came_since_is_taken_in_again_and_nothing_goes_before_a_person_says_so(
    world: World, tmp_path: Path
) -> None:
    def usher(*arguments: str) -> Answer:
        return in_process(*arguments, cwd=tmp_path, env=world.settings())

    desk, service = start(world)
    try:
        before = company_of(desk.send(world.samples.complete_ris()))
        approve(desk, before)
        assert usher("backup", "copy.db").code == 0
        since = company_of(desk.send(world.samples.complete_ris()))
        approve(desk, since)
        until(lambda: len(world.mail.mails(DESK, DONE)) == 2)
    finally:
        assert service.stop()
    lose(desk.bot.settings.database_path)

    restored = usher("restore", "copy.db")
    bring_back(world)
    desk, service = start(world)
    try:
        card = as_text(desk.card(since, "case_approve"))
        desk.message("support", "mail_release", since)
        assert mails(desk) == {before: 2, since: 2}
        held = [job for job in usher("jobs", "list", "--json").objects if job["status"] == "held"]
        for job in held:  # the receipt went out since the backup
            assert usher("jobs", "drop", str(job["id"])).code == 0
        assert usher("jobs", "release", "--all", "--keys-checked").code == 0
        late = company_of(desk.send(world.samples.complete_ris()))
        approve(desk, late)
        until(lambda: world.mail.mails(DESK) == [])
    finally:
        assert service.stop()

    assert "the next case is C-2001" in restored.out
    assert "C-2001" in card
    assert [job["template"] for job in held] == ["receipt"]
    assert mails(desk) == {before: 2, since: 2, late: 2}
    assert len(desk.cards(before)) == 1
    assert usher("audit", "verify").code == 0


def lose(database: Path) -> None:
    for path in database.parent.glob(f"{database.name}*"):
        path.unlink()


def bring_back(world: World) -> None:
    """Move what came after the backup back, as an operator does with any mail program."""
    settings = world.settings()
    with IMAPClient("127.0.0.1", port=settings["imap_port"], ssl=False) as client:
        client.login(settings["imap_user"], settings["imap_password"])
        client.select_folder(DONE)
        client.move(client.search()[-1:], "INBOX")


def mails(desk: Desk) -> dict[str, int]:
    """How many mails its sponsor has about each company: a receipt and a confirmation, once each."""
    subjects = [str(mail["Subject"]) for mail in desk.mails_to(DANA[1])]
    named = [
        re.split(r" \(C-", subject.split(" for ", 1)[-1].removeprefix("Order confirmed: "))[0]
        for subject in subjects
    ]
    return {company: named.count(company) for company in dict.fromkeys(named)}
