"""`usher ris` and `usher mail classify` on a machine without any settings, with whatever files are given."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from bot.rendering.workbooks import ris_form
from bot.sandbox.hostile import far_cell, zip_bomb
from bot.sandbox.samples import SPONSORS
from bot.sandbox.world import AUTHSERV, World
from tests.cli.shell import Shell, in_process
from tests.forms import COMPANY, MARA, TOM, sound_form, with_cells, zipped
from tests.winmail import Attached, winmail

pytestmark = pytest.mark.slow

MAILS = Path(__file__).parents[1] / "data" / "mails"


def test_a_blank_form_is_written_and_found_incomplete(usher: Shell) -> None:
    written = usher("ris", "blank", "--lang", "de", "-o", "form.xlsx")
    checked = usher("ris", "check", "form.xlsx", "--lang", "de", "--json")

    assert (written.code, written.out) == (0, "wrote form.xlsx\n")
    (found,) = checked.objects
    assert (checked.code, found["decision"], found["authorised"]) == (1, "incomplete", None)
    assert "Land: hier steht nichts" in " ".join(p["message"] for p in found["cases"][0]["problems"])


def test_a_blank_form_overwrites_nothing(usher: Shell) -> None:
    Path("ris.xlsx").write_bytes(b"somebody's own")
    answer = usher("ris", "blank")

    assert (answer.code, answer.faults) == (2, ["ris.xlsx: is there already; name another file (-o FILE)"])
    assert Path("ris.xlsx").read_bytes() == b"somebody's own"


def test_the_blank_form_offers_the_applications_of_the_policy(usher: Shell) -> None:
    shipped = (Path(__file__).parents[2] / "usher.toml").read_text(encoding="utf-8")
    more = shipped.replace('["ForumPass"]', '["ForumPass", "SupplyDesk"]')
    Path("usher.toml").write_text(more, encoding="utf-8")
    usher.set(usher_config=Path("usher.toml"))
    usher("ris", "blank", "-o", "form.xlsx")

    lists = openpyxl.load_workbook("form.xlsx")["Lists"]
    assert [cell.value for cell in lists["C"] if cell.value] == ["ForumPass", "SupplyDesk"]


def test_a_complete_form_exits_0(usher: Shell) -> None:
    Path("form.xlsx").write_bytes(sound_form())
    answer = usher("ris", "check", "form.xlsx", "--json")

    (found,) = answer.objects
    assert (answer.code, answer.err) == (0, "")
    assert list(found) == ["file", "decision", "reason", "authorised", "cases", "unopened"]
    assert (found["file"], found["decision"], found["reason"]) == ("form.xlsx", "complete", None)
    assert found["unopened"] == []


def test_a_form_beside_what_was_not_opened_is_not_all_there_is(usher: Shell) -> None:
    inner = zipped({"RIS2.xlsx": sound_form()})
    Path("forms.zip").write_bytes(zipped({"RIS1.xlsx": sound_form(), "inner.zip": inner}))
    answer = usher("ris", "check", "forms.zip")

    assert answer.code == 1
    assert "not opened" in answer.out
    assert "inner.zip" in answer.out
    (found,) = usher("ris", "check", "forms.zip", "--json").objects
    assert (found["decision"], found["unopened"]) == (
        "complete",
        [{"name": "inner.zip", "reason": "unopened"}],
    )


def test_a_form_beside_one_that_cannot_be_read_is_not_all_there_is(usher: Shell) -> None:
    broken = {"RIS1.xlsx": sound_form(), "RIS 2 \x1b[2J.xlsx": b"PK\x03\x04 cut off"}
    Path("forms.zip").write_bytes(zipped(broken))
    answer = usher("ris", "check", "forms.zip", "--json")

    (found,) = answer.objects
    assert (answer.code, found["decision"], len(found["cases"])) == (1, "complete", 1)
    assert found["unopened"] == [{"name": "RIS 2 [2J.xlsx", "reason": "corrupt"}]


def test_a_file_that_is_refused_names_what_was_not_opened(usher: Shell) -> None:
    Path("form.xlsx").write_bytes(b"nothing")
    (found,) = usher("ris", "check", "form.xlsx", "--json").objects

    assert found["decision"] == "refused"
    assert found["unopened"] == [{"name": "form.xlsx", "reason": found["reason"]}]


@pytest.mark.parametrize(
    ("name", "content", "decision"),
    [
        ("form.zip", zipped({"Kunde/form.xlsx": sound_form()}), "complete"),
        ("winmail.dat", winmail([Attached(sound_form(), long_name="form.xlsx")]), "complete"),
        ("users.csv", "Vorname;Straße\nMara;Hafen 1\n".encode("cp1252"), "not_a_ris"),
        ("users.html", b"<html><table><tr><td>Name<td>Mara</table>", "not_a_ris"),
        ("photos.zip", zipped({"a.jpg": b"\xff\xd8"}), "refused"),
    ],
)
def test_whatever_carries_a_form_is_opened(usher: Shell, name: str, content: bytes, decision: str) -> None:
    Path(name).write_bytes(content)
    (found,) = usher("ris", "check", name, "--json").objects

    assert found["decision"] == decision


def test_the_limits_of_forms_are_settings(usher: Shell) -> None:
    shipped = (Path(__file__).parents[2] / "usher.toml").read_text(encoding="utf-8")
    Path("usher.toml").write_text(shipped.replace("form_rows = 20_050", "form_rows = 100"), encoding="utf-8")
    usher.set(usher_config=Path("usher.toml"))
    Path("users.csv").write_text("a;b\n" * 101, encoding="utf-8")
    (found,) = usher("ris", "check", "users.csv", "--json").objects

    assert (found["decision"], found["reason"]) == ("refused", "too_large")


def test_an_unknown_application_is_told_with_those_there_are(usher: Shell) -> None:
    Path("form.xlsx").write_bytes(with_cells(sound_form(), {("Company", "B14"): "Solitaire"}))
    (found,) = usher("ris", "check", "form.xlsx", "--json").objects

    messages = [p["message"] for p in found["cases"][0]["problems"] if p["kind"] == "unknown_application"]
    assert len(messages) == 1
    assert "ForumPass" in messages[0]


def test_people_get_lines_that_are_never_folded(usher: Shell) -> None:
    Path("form.xlsx").write_bytes(with_cells(sound_form(), {("Users", "D7"): None}))
    usher.set(COLUMNS="40")
    lines = usher("ris", "check", "form.xlsx").out.splitlines()

    assert lines[0] == "form.xlsx: incomplete"
    assert lines[1] == f"  {COMPANY.name}: 2 users, incomplete"
    assert "cell\u00a0D7" in lines[2]
    assert len(lines) == 3


def test_a_mail_is_judged_with_its_sender(usher: Shell, world: World) -> None:
    sample = world.samples.complete_ris()
    world.mail.submit(sample.raw, sample.sender, sample.recipient)
    stored = world.mail.wait_for(sample.recipient, lambda mail: sample.raw[-200:] in mail.raw, 10)
    Path("ris.eml").write_bytes(stored.raw)

    (stranger,) = usher("ris", "check", "ris.eml", "--json").objects
    usher.set(sponsors=",".join(SPONSORS), trusted_authserv_id=AUTHSERV)
    (sponsor,) = usher("ris", "check", "ris.eml", "--json").objects
    assert [(found["decision"], found["authorised"]) for found in (stranger, sponsor)] == [
        ("complete", False),
        ("complete", True),
    ]


def test_one_file_is_one_line_of_json_whatever_its_name(usher: Shell) -> None:
    names = [b"a\nb.xlsx", b"\xff\xfe.xlsx", "größe [red].xlsx".encode()]
    for name in names:
        Path(name.decode("utf-8", "surrogateescape")).write_bytes(b"nothing")
    answer = usher("ris", "check", "--json", *[name.decode("utf-8", "surrogateescape") for name in names])

    assert [found["file"] for found in answer.objects] == [
        "a\nb.xlsx",
        "\udcff\udcfe.xlsx",
        "größe [red].xlsx",
    ]


def test_what_strangers_wrote_does_not_steer_the_terminal(usher: Shell) -> None:
    Path("\x1b[2Jform[bold].xlsx").write_bytes(ris_form("en", COMPANY))
    Path("evil.eml").write_bytes(
        b"From: a@b.example\r\nList-Id: \x1b]0;owned\x07 [red]x\r\nSubject: x\r\n\r\nHello there, list.\r\n"
    )
    forms = usher("ris", "check", "\x1b[2Jform[bold].xlsx")
    mails = usher("mail", "classify", "evil.eml")

    assert "\x1b" not in forms.out + mails.out
    assert "\x07" not in forms.out + mails.out
    assert "form[bold].xlsx" in forms.out


@pytest.mark.parametrize(
    ("name", "content", "decision", "reason"),
    [
        ("bomb.xlsx", zip_bomb, "refused", "zip_bomb"),
        ("far.xlsx", far_cell, "refused", None),
        ("empty.xlsx", b"", "refused", "corrupt"),
        ("noise.xlsx", b"PK\x03\x04" + bytes(range(256)) * 20, "refused", "corrupt"),
        ("letter.txt", b"Company: Acme GmbH\nDear all\n", "refused", "unsupported"),
        ("empty.eml", b"", "not_a_ris", None),
        ("noise.eml", bytes(range(256)) * 400, "not_a_ris", None),
    ],
)
def test_hostile_files_are_refused_and_the_next_is_read(
    usher: Shell, name: str, content: bytes | Callable[[], bytes], decision: str, reason: str | None
) -> None:
    Path(name).write_bytes(content if isinstance(content, bytes) else content())
    Path("good.xlsx").write_bytes(sound_form())
    answer = usher("ris", "check", "--json", name, "good.xlsx")

    bad, good = answer.objects
    assert (answer.code, answer.err) == (1, "")
    assert bad["decision"] == decision
    assert reason is None or bad["reason"] == reason
    assert good["decision"] == "complete"


def test_what_the_mailbox_would_not_fetch_is_too_large(usher: Shell) -> None:
    policy = Path("usher.toml")
    shipped = (Path(__file__).parents[2] / "usher.toml").read_text(encoding="utf-8")
    policy.write_text(shipped.replace("26_214_400", "100_000"), encoding="utf-8")
    Path("large.eml").write_bytes(b"From: a@b.example\r\nSubject: x\r\n\r\n" + b"word " * 30_000)
    usher.set(usher_config=policy)

    (checked,) = usher("ris", "check", "--json", "large.eml").objects
    (classified,) = usher("mail", "classify", "--json", "large.eml").objects
    (endless,) = usher("ris", "check", "--json", "/dev/zero").objects
    assert (checked["decision"], checked["reason"]) == ("refused", "too_large")
    assert (classified["kind"], classified["text"]) == ("question", "")
    assert endless["decision"] == "refused"


def test_a_mail_is_known_by_its_first_header_and_a_form_is_not_taken_for_one(usher: Shell) -> None:
    Path("mail").write_bytes((MAILS / "bounce-gmail.eml").read_bytes())
    Path("form").write_bytes(sound_form())
    found = usher("ris", "check", "--json", "mail", "form").objects

    assert [(one["decision"], one["authorised"]) for one in found] == [
        ("not_a_ris", False),
        ("complete", None),
    ]


def test_mails_are_classified_in_the_contracts_shape(usher: Shell) -> None:
    files = sorted(MAILS.glob("*.eml"))
    answer = usher("mail", "classify", "--json", *files)

    assert (answer.code, answer.err) == (0, "")
    assert [one["file"] for one in answer.objects] == [str(path) for path in files]
    keys = ["file", "kind", "from", "subject", "message_id", "case", "text", "attachments", "lang"]
    for one in answer.objects:
        more = ["recipients", "permanent"] if one["kind"] == "bounce" else []
        assert list(one) == keys + more
    plain = usher("mail", "classify", *files)
    assert len(plain.out.splitlines()) == len(files)


def test_hundreds_of_files_share_their_children(usher: Shell) -> None:
    files = []
    for number in range(300):
        files.append(Path(f"{number}.eml"))
        shutil.copy(MAILS / "bounce-gmail.eml", files[-1])
    answer = usher("mail", "classify", "--json", *files)

    assert [one["kind"] for one in answer.objects] == ["bounce"] * 300


def test_an_empty_environment_is_enough(tmp_path: Path) -> None:
    (tmp_path / "form.xlsx").write_bytes(ris_form("en", COMPANY, [MARA, TOM]))
    (tmp_path / "mail.eml").write_bytes((MAILS / "bounce-gmail.eml").read_bytes())
    checked = in_process(
        "ris", "check", "--json", "form.xlsx", cwd=tmp_path, env={"LC_ALL": "C", "COLUMNS": "40"}
    )
    classified = in_process("mail", "classify", "mail.eml", cwd=tmp_path)

    assert (checked.code, checked.err, classified.code, classified.err) == (0, "", 0, "")
    assert "Hafenstraße" in checked.out
    assert json.loads(checked.out)["cases"][0]["company"]["city"] == "Hamburg"
    assert classified.out.startswith("mail.eml: bounce (")


def test_a_mail_that_is_too_large_says_why_it_is_not_read_and_names_no_attachment(usher: Shell) -> None:
    head = "From: dana@example.com\nSubject: Plans\nContent-Type: multipart/mixed; boundary=b\n\n"
    Path("large.eml").write_text(head + "--b\nContent-Disposition: attachment\n\n" + "x" * 26_300_000)
    (found,) = usher("mail", "classify", "large.eml", "--json").objects

    assert (found["kind"], found["attachments"]) == ("question", [])
    assert found["reason"].startswith("too large to be read: more than ")
    assert found["reason"] in usher("mail", "classify", "large.eml").out
