"""What stock does to cases: too few keys, files of vouchers, and seats that an organisation has over."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.stories.desk import as_text, text_of
from tests.stories.supplied import Customer, SuppliedDesk, a_customer, supplied

pytestmark = pytest.mark.slow

LOW = "left in stock"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SuppliedDesk]:
    with supplied(tmp_path_factory.mktemp("stock")) as desk:
        yield desk


def paid(desk: SuppliedDesk, *, users: int = 2, **company: object) -> Customer:
    customer = a_customer(desk, users=users, **company)
    desk.pay_in(customer.purchase_order, 10_000)
    return customer


def alarms(desk: SuppliedDesk) -> list[str]:
    """What the support channel was told about keys that run low."""
    notes = desk.world.workspace.messages("support")
    return [str(note["text"]) for note in notes if LOW in str(note["text"])]


def write(desk: SuppliedDesk, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = desk.folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_a_case_without_keys_waits_and_goes_on_once_vouchers_are_imported(desk: SuppliedDesk) -> None:
    desk.stock(1)
    customer = paid(desk, users=3).send()
    customer.card("1 of the 3 License Keys are in stock")
    before = len(alarms(desk))

    customer.approve()

    blocked = customer.at("⏸○○○○", "too few License Keys in stock", "the desk has the ball")
    assert "step_retry" in blocked
    assert desk.money(customer.purchase_order) == (9700, 300, 0)
    assert "The Onboarding desk" in customer.status_page()
    file = write(desk, "few.csv", "voucher;license key\nV-0077;LATE-0077\n")
    answer = desk.usher("vouchers", "import", file)
    assert answer.code == 0, answer
    desk.settled()
    customer.at("⏸○○○○")  # one more is not enough, and none is given out
    assert desk.in_stock() == 2

    file = write(
        desk, "more.csv", "voucher;license key\n" + "".join(f"V-{n:04};LATE-{n:04}\n" for n in range(78, 80))
    )
    answer = desk.usher("vouchers", "import", file)

    assert "Imported 2 vouchers. License Keys in stock now: 4." in answer.out
    customer.at("✓✓☐○○")
    for user in customer.people:
        customer.mail_to(user.email, "Your License Key")
    assert desk.money(customer.purchase_order) == (9700, 0, 300)
    desk.settled()
    assert len(alarms(desk)) == before, alarms(desk)


def test_the_desk_is_told_once_for_each_threshold_that_keys_run_low(tmp_path: Path) -> None:
    with supplied(tmp_path) as desk:
        desk.stock(7)
        customers = [paid(desk).send() for _ in range(3)]
        for number, customer in enumerate(customers):
            customer.approve().at("✓✓☐○○")
            desk.settled()
            # Fewer than 20 from the start on, fewer than 5 once the second of these has its own.
            low = ["Only 7 License Keys are left in stock", "Only 3 License Keys are left in stock"]
            assert [text.split("*")[1] for text in alarms(desk)] == low[: number + 1]


def test_a_file_that_is_not_fit_is_refused_as_a_whole_and_its_rows_are_named(desk: SuppliedDesk) -> None:
    had = desk.in_stock()
    rows = [
        "Gutschein;License Key",
        "V-501;GOOD-0501",
        "V-502;=HYPERLINK(0)",
        "V-501;GOOD-0503",
        "V-504;GOOD-0501",
    ]
    bad = write(desk, "bad.csv", "\n".join(rows), "utf-8-sig")

    looked = desk.usher("vouchers", "import", bad, "--dry-run")
    answer = desk.usher("vouchers", "import", bad)

    assert looked.code == answer.code == 1
    for said in (
        "3 rows cannot be taken, 1 could",
        "Line 3, License Key: is a formula, or begins like one",
        "Line 4, voucher: stands on line 2 already",
        "Line 5, License Key: stands on line 2 already",
    ):
        assert said in looked.out
        assert said in answer.out
    assert "GOOD-0501" not in answer.out + answer.err
    assert desk.in_stock() == had

    good = write(desk, "good.csv", "\n".join(rows[:2]), "utf-8-sig")
    assert desk.usher("vouchers", "import", good).code == 0
    assert desk.in_stock() == had + 1
    assert "was imported before" in desk.usher("vouchers", "import", good).out


def test_the_same_file_by_slack_is_looked_through_before_it_is_imported(desk: SuppliedDesk) -> None:
    had, avery = desk.in_stock(), desk.act("avery")
    text = "Voucher;License Key\nV-601;SLACK-0601\nV-602;SLACK-0602\n"
    upload = avery.attach("vouchers.csv", f"{text}V-602;@SUM(1)\n".encode("utf-8-sig"))
    avery.command("/usher", "stock", "support")
    shown = desk.whisper("avery", "support", "vouchers_import")
    avery.click("support", shown["ts"], "vouchers_import")

    avery.submit(desk.modal("avery", "only looked through")["id"], {"file": upload.id})
    looked = as_text(desk.modal("avery", "cannot be taken"))
    assert "Line 4, License Key: is a formula, or begins like one" in looked
    assert "SLACK-" not in looked
    assert desk.in_stock() == had

    upload = avery.attach("vouchers.csv", text.encode("utf-8-sig"))
    avery.submit(desk.modal("avery", "cannot be taken")["id"], {"file": upload.id})
    avery.submit(desk.modal("avery", "All 2 vouchers can be imported")["id"])
    desk.modal("avery", "Imported 2 vouchers")
    assert desk.in_stock() == had + 2
    desk.message("support", "<@U0AVERY0001> imported 2 vouchers")


def test_people_who_join_take_the_spare_seats_first_and_pay_for_the_rest(desk: SuppliedDesk) -> None:
    desk.stock(10)
    first = paid(desk, users=2, seats=3).send()
    first.approve().at("✓✓☐○○", "1 spare")
    administrator = text_of(first.mail_to(first.administrator, "Your License Key"))
    assert "1 further License Key waits with you" in " ".join(administrator.split())
    first.fill(case_number="SC-1", site_number="S-1")
    first.at("✓✓✓✓✓")
    assert desk.money(first.purchase_order) == (9700, 0, 300)

    more = [
        replace(
            first.people[1],
            first_name=name,
            last_name="Vogt",
            email=f"{name.lower()}@{first.organisation.domain}",
        )
        for name in ("Nora", "Piet")
    ]
    org = replace(first.organisation, users=(*first.people, *more))
    second = replace(first, organisation=org).with_company(seats=4).send()
    card = second.card("case_same_as")
    desk.act("blake").click("approvals", card["ts"], "case_same_as")
    card = second.card(f"*Addition to {first.ref}*", "case_approve")
    asked = as_text(card)
    assert "Approving buys *1 seat*." in asked
    assert "1 person takes a spare seat" in asked

    desk.act("avery").click("approvals", card["ts"], "case_approve")

    for user in more:
        text = text_of(desk.mail_to(user.email, about="Your License Key"))
        assert f"Whose it is: {user.first_name} Vogt" in text
    done = as_text(second.card(f"*Addition to {first.ref}*", "Invited"))
    assert "Invitation to register" not in done
    assert desk.money(first.purchase_order) == (9600, 0, 400)
    desk.settled()
    invitations = [
        str(mail["Subject"]) for user in (*first.people, *more) for mail in desk.mails_to(user.email)
    ]
    assert len([subject for subject in invitations if subject.startswith("Invitation")]) == 1
