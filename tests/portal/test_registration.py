"""The page behind an invitation to register, and what it tells to whom."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.cases import Case
from bot.rendering import samples
from bot.services import registration
from bot.store import cases, links
from tests.portal.conftest import Town

TOKEN = "an-invitation-that-nobody-else-has"


def invite(town: Town, ref: str = "C-1", *, purpose: str = registration.LINK) -> None:
    with town.bot.connect() as db:
        now = town.bot.clock.now()
        links.add(db, TOKEN, purpose=purpose, subject=ref, now=now, expires_at=now + timedelta(days=30))


def a_case(town: Town) -> Case:
    """One whose form says what a sponsor's does, with an administrator."""
    case = town.open_case()
    with town.bot.connect() as db:
        ris = replace(
            case.ris,
            company=replace(case.ris.company, purchase_order="4500-SECRET"),
            users=samples.complete_case().ris.users,
        )
        stored = json.dumps(ris, default=vars)
        db.execute("update case_versions set ris = ? where case_id = ?", [stored, case.id])
        found = cases.find(db, case.id)
    assert found is not None
    return found


def page(town: Town, lang: str = "en", *, status: int = 200) -> str:
    answer = town.client().get(f"/register/{TOKEN}?lang={lang}")
    assert answer.status_code == status
    return answer.text


@pytest.mark.parametrize(("lang", "said"), [("en", "How to accept"), ("de", "So nehmen Sie an")])
def test_whoever_is_invited_sees_what_is_known_and_what_to_do(town: Town, lang: str, said: str) -> None:
    town.approve(a_case(town))
    invite(town)
    shown = page(town, lang)

    assert "Borealis Turbines GmbH" in shown
    assert said in shown
    assert "Exostar Customer Support" in shown


def test_the_sponsors_purchase_order_is_not_the_customers_affair(town: Town) -> None:
    case = a_case(town)
    town.approve(case)
    invite(town)

    assert case.ris.company.purchase_order == "4500-SECRET"
    assert "4500" not in page(town)


def test_looking_spends_nothing_and_changes_nothing(town: Town) -> None:
    town.approve(a_case(town))
    invite(town)

    assert page(town) == page(town)
    assert town.client().head(f"/register/{TOKEN}").status_code == 200
    assert town.client().post(f"/register/{TOKEN}").status_code in {400, 405}


def test_a_link_that_does_not_invite_says_nothing_of_anybody(town: Town) -> None:
    case = a_case(town)
    invite(town)
    undecided = page(town, status=404)

    town.reject(case)
    assert "Borealis" not in undecided + page(town, status=404)


def test_a_status_link_is_no_invitation(town: Town) -> None:
    town.approve(a_case(town))
    invite(town, purpose="status")

    assert "Borealis" not in page(town, status=404)


def test_an_invitation_ends(town: Town) -> None:
    town.approve(a_case(town))
    invite(town)
    town.wait(days=31)

    assert "Borealis" not in page(town, status=410)
