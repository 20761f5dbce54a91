"""The form's page: the blank form, and a filled one checked and given back, with nothing kept."""

import io
import re
from pathlib import Path
from threading import Semaphore

import openpyxl
import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from bot.domain.remarks import TITLE
from bot.rendering.words import words
from handlers.portal import ris, security
from tests.forms import case, homemade_form, sound_form, with_cells
from tests.portal.conftest import Town

WRONG = with_cells(sound_form(), {("Company", "B8"): None, ("Users", "D7"): "mara.lindqvist(at)example.com"})
both_languages = pytest.mark.parametrize("lang", ["en", "de"])


def send(
    client: FlaskClient, content: bytes, *, name: str = "form.xlsx", do: str = "check", lang: str = "en"
) -> TestResponse:
    """As a browser does: open the page, choose a file, press a button."""
    page = client.get(f"/ris?lang={lang}").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    boundary, body = encode_multipart(
        {"csrf_token": token[1], "do": do, "form": FileStorage(io.BytesIO(content), filename=name)}
    )
    return client.post(
        f"/ris?lang={lang}",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={"Sec-Fetch-Site": "same-origin"},
    )


@both_languages
def test_the_blank_form_is_there_in_both_languages(town: Town, lang: str) -> None:
    page = town.client().get(f"/ris?lang={lang}").text
    names = re.findall(r'href="(/ris/[^"]+)"', page)

    assert len(names) == 2
    for name in names:
        answer = town.client().get(name)
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert len(book.sheetnames) == 4
        book.close()
    assert town.client().get("/ris/other.xlsx").status_code == 404


@both_languages
def test_every_problem_is_listed_with_its_cell_and_remedy_in_the_pages_language(
    town: Town, lang: str
) -> None:
    page = send(town.client(), WRONG, lang=lang)
    say = words(lang)

    assert page.status_code == 200
    for problem in case(WRONG).problems:
        assert say.place(problem, case(WRONG)) in page.text.replace("&#39;", "'")
    assert say.say("page.ris.incomplete.title", count=2) in page.text
    assert "mara.lindqvist@example.com" in page.text  # the suggestion


def test_a_complete_form_is_called_complete_whichever_button_is_pressed(town: Town) -> None:
    title = words("en").say("page.ris.complete.title", count=0)

    assert title in send(town.client(), sound_form()).text
    # One phone only is advice, so there is something to list, but nothing to correct.
    assert title in send(town.client(), sound_form(), do="mark").text


def test_the_other_button_gives_the_same_file_back_marked(town: Town) -> None:
    answer = send(town.client(), WRONG, do="mark", lang="de", name="Größe 1.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))

    assert "Gr%C3%B6%C3%9Fe%201.xlsx" in answer.headers["Content-Disposition"]
    assert book.worksheets[0]["A1"].value == TITLE.de
    assert book["Users"]["D7"].comment is not None
    assert book["Company"]["B8"].fill.fgColor.rgb == "FFFFC7CE"
    book.close()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"%PDF-1.7 nothing to read", "refused"),
        ("a.xlsx", sound_form()[:9000], "refused"),
        ("a.xlsx", homemade_form(), "not_a_ris"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(
    town: Town, name: str, content: bytes, code: str
) -> None:
    answer = send(town.client(), content, name=name)

    assert answer.status_code == 200
    assert words("en").say(f"page.ris.{code}.title", count=0) in answer.text


def test_a_locked_file_says_how_to_unlock_it(town: Town) -> None:
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")

    assert words("en").say("page.ris.remedy.encrypted") in send(town.client(), locked).text


def test_without_a_file_the_page_asks_for_one(town: Town) -> None:
    client = town.client()
    answer = send(client, b"", name="")

    assert answer.status_code == 400
    assert words("en").say("page.ris.note.none") in answer.text


def test_a_file_beyond_the_limit_is_refused_and_one_below_it_is_not(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert send(town.client(), b"x" * (security.MAX_FORM_BYTES + 1)).status_code == 200
    monkeypatch.setattr(ris, "MAX_BODY_BYTES", 50_000)

    assert send(town.client(), b"x" * 60_000).status_code == 413


def test_it_asks_for_its_token_although_it_takes_files(town: Town) -> None:
    data = {"do": "check", "form": (io.BytesIO(WRONG), "form.xlsx")}
    answer = town.client().post("/ris", data=data, content_type="multipart/form-data")

    assert answer.status_code == 400
    assert "form.xlsx" not in answer.text


def test_so_many_files_a_minute_and_no_more(town: Town) -> None:
    client = town.client()
    codes = [send(client, b"x").status_code for _ in range(11)]

    assert codes == [200] * 10 + [429]
    assert client.get("/ris").status_code == 200


def test_while_another_file_is_checked_the_page_asks_to_wait(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ris, "BUSY_SECONDS", 0.01)
    monkeypatch.setattr(security, "Semaphore", lambda: Semaphore(0))  # taken, and not given back
    answer = send(town.client(), WRONG)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert words("en").say("page.ris.note.busy") in answer.text


def test_nothing_is_kept_and_the_database_is_not_asked(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.open_case(company="Nordlicht Werke GmbH")  # known, which must not show
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    monkeypatch.setattr(type(town.bot), "connect", lambda _: pytest.fail("the database was asked"))
    pages = {do: send(town.client(), WRONG, do=do) for do in ("check", "mark")}
    after = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}

    assert before == after
    assert "C-1" not in pages["check"].text


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ['x"\r\nSet-Cookie: a=b.xlsx', "../../etc/passwd.xlsx", "<script>alert(1)</script>.xlsx", "=cmd()|.xlsx"],
)
def test_a_hostile_name_stays_a_name(town: Town, name: str) -> None:
    page, file = send(town.client(), WRONG, name=name), send(town.client(), WRONG, name=name, do="mark")

    assert "<script>" not in page.text
    assert "a=b" not in file.headers.get("Set-Cookie", "")
    assert ".." not in file.headers["Content-Disposition"]
    assert file.status_code == 200
