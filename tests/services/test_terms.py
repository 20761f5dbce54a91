"""An application opens for an organisation once somebody who may has accepted the text that counts."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.accounts import Account, AccountStatus
from bot.domain.errors import SettingsFault
from bot.domain.ris import Role
from bot.domain.terms import TermsStanding, TermsText
from bot.domain.terms_refusals import TermsChanged, TermsNotYours, UnknownApplication
from bot.rendering import terms as texts
from bot.services import accounts, terms
from bot.store import accounts as kept
from bot.store.database import transaction
from tests.cast import AVERY, Office, a_case, an_office

APP = "ForumPass"
Changed = Callable[..., Office]


def an_organisation(folder: Path) -> tuple[Office, Account, Account]:
    """An office, an administrator and a user of one organisation, both active."""
    office = an_office(folder)
    case = a_case(office)
    with office.connect() as db, transaction(db):
        people = accounts.open_all(db, office.desk, case, by=AVERY.id, now=office.now)
        for one in people:
            kept.move(db, one.id, since=AccountStatus.WAITING, to=AccountStatus.ACTIVE, now=office.now)
    administrator = next(one for one in people if one.role is Role.ORGANIZATION_ADMINISTRATOR)
    user = next(one for one in people if one.role is Role.USER)
    return office, administrator, user


def read(office: Office, lang: str = "en") -> TermsText:
    return terms.get_text(office.desk, APP, lang)


def agree(office: Office, account: Account, text: TermsText) -> None:
    with office.connect() as db:
        terms.accept(
            db, office.desk, account, application=text.application, digest=text.digest, now=office.now
        )


def standing(office: Office, account: Account) -> TermsStanding:
    with office.connect() as db:
        return terms.get_standing(db, office.desk, account, APP)


def revised(office: Office, *langs: str) -> None:
    """The desk puts a new version in the place of these texts."""
    both = {
        lang: replace(text, version="2027-01") if lang in langs else text
        for lang, text in office.desk.terms[APP].items()
    }
    office.bot = replace(office.bot, desk=replace(office.desk, terms={APP: both}))


def test_everybody_waits_until_an_administrator_agrees_and_nobody_does_then(tmp_path: Path) -> None:
    office, administrator, user = an_organisation(tmp_path)

    before = standing(office, user)
    assert (before.is_open, before.may_accept, before.waits_for) == (False, False, (administrator.name,))
    assert standing(office, administrator).waiting == 1
    agree(office, administrator, read(office, "de"))
    agree(office, administrator, read(office, "en"))

    after = standing(office, user)
    assert (after.is_open, after.accepted_by) == (True, administrator.name)
    assert after.accepted is not None
    assert (after.accepted.lang, after.accepted.digest) == ("de", read(office, "de").digest)
    assert after.accepted.role is Role.ORGANIZATION_ADMINISTRATOR
    assert [event.tag for event in office.events()].count("terms:accepted") == 1
    assert "2026-01" in office.jobs("step_note")[-1].values["words"]["data"]["version"]


def test_a_user_a_deactivated_administrator_and_another_organisation_open_nothing(tmp_path: Path) -> None:
    office, administrator, user = an_organisation(tmp_path)
    promoted = replace(user, role=Role.ORGANIZATION_ADMINISTRATOR)  # what a browser claims does not count
    with office.connect() as db, transaction(db):
        kept.move(
            db, administrator.id, since=AccountStatus.ACTIVE, to=AccountStatus.DEACTIVATED, now=office.now
        )

    for nobody in (user, promoted, administrator, replace(administrator, id=999)):
        with pytest.raises(TermsNotYours):
            agree(office, nobody, read(office))
    assert not standing(office, user).is_open


def test_what_was_not_read_cannot_be_agreed_to(tmp_path: Path) -> None:
    office, administrator, _ = an_organisation(tmp_path)
    seen = read(office)
    revised(office, "en", "de")

    for text in (seen, replace(seen, text="I owe you nothing"), replace(seen, version="")):
        with pytest.raises(TermsChanged):
            agree(office, administrator, text)
    with pytest.raises(UnknownApplication):
        agree(office, administrator, replace(seen, application="{{ 7 * 7 }}"))
    with pytest.raises(UnknownApplication):
        terms.get_text(office.desk, "nothing", "en")


def test_a_new_version_asks_again_and_only_those_who_agreed_in_its_language(tmp_path: Path) -> None:
    office, administrator, user = an_organisation(tmp_path)
    agree(office, administrator, read(office, "de"))

    revised(office, "en")
    assert standing(office, user).is_open
    revised(office, "en", "de")
    assert (standing(office, administrator).is_open, standing(office, administrator).again) == (False, True)
    agree(office, administrator, read(office, "en"))
    assert standing(office, user).is_open


def test_a_text_that_changed_under_its_version_is_found(tmp_path: Path) -> None:
    office, administrator, _ = an_organisation(tmp_path)
    agree(office, administrator, read(office))
    with office.connect() as db:
        assert terms.find_faults(db, office.desk) == []
        slipped = replace(read(office), text="Something else")
        desk = replace(office.desk, terms={APP: {**office.desk.terms[APP], "en": slipped}})
        (fault,) = terms.find_faults(db, desk)

    assert fault == "ForumPass.en.md of version 2026-01 is not what was accepted"


def test_nobody_is_asked_to_agree_to_a_sample_in_earnest_unseen(tmp_path: Path) -> None:
    office, _, _ = an_organisation(tmp_path)
    served = replace(office.desk, portal_url="https://portal.example.com", terms=texts.load([APP]))
    for lang in ("en", "de"):
        lay(tmp_path, lang, "---\nversion: 7\ntitle: Ours\n---\nBe kind.\n")
    own = replace(served, terms=texts.load([APP], tmp_path))
    near = replace(served, portal_url="http://127.0.0.1:8080")
    with office.connect() as db:
        assert [fault.split()[0] for fault in terms.find_faults(db, served, live=True)] == [
            "ForumPass.en.md",
            "ForumPass.de.md",
        ]
        for desk, live in ((served, False), (own, True), (near, True)):
            assert terms.find_faults(db, desk, live=live) == []


def test_an_application_without_terms_is_open(tmp_path: Path) -> None:
    office, _, user = an_organisation(tmp_path)
    office.bot = replace(office.bot, desk=replace(office.desk, terms={}))

    assert standing(office, user).is_open


def lay(folder: Path, lang: str, source: str) -> Path:
    file = folder / "terms" / f"{APP}.{lang}.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(source, encoding="utf-8")
    return folder


def test_the_desks_own_text_takes_the_place_of_ours_in_every_language(tmp_path: Path) -> None:
    lay(tmp_path, "en", "---\nversion: 7\ntitle: Ours\n---\nBe <b>kind</b>. [x](javascript:alert(1))\n")
    with pytest.raises(SettingsFault, match=r"ForumPass\.de\.md: is missing"):
        texts.load([APP], tmp_path)
    lay(tmp_path, "de", "---\nversion: 7\ntitle: Unsere\n---\nSeien Sie freundlich.\n")

    own = texts.load([APP, "Other"], tmp_path)
    assert {text.title for text in own[APP].values()} == {"Ours", "Unsere"}
    assert own["Other"] == {}
    html = texts.in_html(own[APP]["en"])
    assert "&lt;b&gt;" in html
    assert "href" not in html


@pytest.mark.parametrize(
    "source", ["", "No head", "---\nversion: 1\n---\nx", "---\ntitle: x\n---\nx", "---\nversion: 1\ntitle: x"]
)
def test_a_text_without_version_or_title_is_refused_with_what_is_wrong(tmp_path: Path, source: str) -> None:
    with pytest.raises(SettingsFault, match="must begin with"):
        texts.load([APP], lay(tmp_path, "en", source))
