"""`usher vouchers import`, `usher stock` and `usher po`: what they say, and how they end."""

from pathlib import Path

import pytest

from bot.bootstrap import connect
from bot.settings import load
from tests.cast import lay_database, settings_for
from tests.cli.shell import Shell
from tests.services.stocked import a_voucher_file

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(usher: Shell, tmp_path: Path) -> Shell:
    """A desk whose database is there and empty, and whose seats cost something."""
    shipped = (Path(__file__).parents[2] / "usher.toml").read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(shipped.replace("# prices =", "prices ="), encoding="utf-8")
    settings = settings_for(tmp_path)
    usher.set(
        imap_host="127.0.0.1",
        smtp_host="127.0.0.1",
        mail_from="onboarding@desk.example.com",
        support_address="support@desk.example.com",
        sponsors="sponsor.example.org",
        trusted_authserv_id="mx.desk.example.com",
        database_url=settings.database_url,
        imap_user="onboarding@desk.example.com",
        imap_password="not-used",
        slack_bot_token="xoxb-test",
        slack_app_token="xapp-test",
        slack_approvals_channel="C0APPROVALS",
        slack_support_channel="C0SUPPORT",
        slack_staff="U0AVERY0001",
        slack_approvers="U0AVERY0001",
        secret_key="0123456789abcdef0123456789abcdef",
        usher_config=tmp_path / "own.toml",
    )
    lay_database(settings)
    return usher


def a_file(desk: Shell, content: bytes, name: str = "vouchers.csv") -> str:
    (desk.folder / name).write_bytes(content)
    return name


def count(table: str) -> int:
    with connect(load(env_file=None)) as db:
        return int(db.execute(f"select count(*) from {table}").fetchone()[0])


def test_a_file_is_looked_through_and_then_imported(desk: Shell) -> None:
    file = a_file(desk, a_voucher_file(3))
    dry, real = desk("vouchers", "import", file, "--dry-run"), desk("vouchers", "import", file)

    assert (dry.code, dry.out, dry.err) == (0, "All 3 vouchers can be imported.\n", "")
    assert (real.code, real.out, real.err) == (
        0,
        "Imported 3 vouchers. License Keys in stock now: 3.\n",
        "",
    )
    assert count("license_keys") == 3


def test_rows_that_are_not_fit_end_in_1_each_with_its_line_and_nothing_is_imported(desk: Shell) -> None:
    content = a_voucher_file(2) + b"\n=1+1;KEY-9;\nV-000001;KEY-8888;\nV-8;KEY-7777;2020-01-01"
    answer = desk("vouchers", "import", a_file(desk, content))

    assert (answer.code, answer.err) == (1, "")
    first, kinds, *rows = answer.out.splitlines()
    assert first == "3 rows cannot be taken, 2 could. All of a file is imported, or nothing."
    assert kinds == "1 × formula, 1 × too short or too long, 1 × twice in the file"  # noqa: RUF001
    assert [row.partition(" (")[0] for row in rows] == [
        "  Line 4, voucher: is a formula, or begins like one",
        "  Line 5, voucher: stands on line 2 already",
        "  Line 6, voucher: is shorter than 4 or longer than 100 signs, without spaces and hyphens",
    ]
    assert count("license_keys") == 0


def test_json_is_one_object_a_file_and_holds_no_key(desk: Shell) -> None:
    file = a_file(desk, a_voucher_file(1) + b"\nV-000001;KEY-8888;", "two.csv")
    answer = desk("vouchers", "import", file, "--json")

    assert answer.code == 1
    assert answer.objects == [
        {
            "file": "two.csv",
            "imported": False,
            "good": 1,
            "reason": None,
            "faults": [{"line": 3, "column": "voucher", "fault": "in_file", "other": 2}],
            "columns_left_out": [],
        }
    ]
    assert "KEY-" not in answer.out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name,mail\nAnna,anna@example.com\n", "No column is called \u201cvoucher\u201d."),
        (b"", "The file is damaged."),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "The file is of a kind that cannot be read."),
    ],
)
def test_a_file_that_is_no_list_of_vouchers_ends_in_1(desk: Shell, content: bytes, said: str) -> None:
    answer = desk("vouchers", "import", a_file(desk, content))

    assert answer.code == 1
    assert answer.out.startswith(said)


@pytest.mark.parametrize(
    "arguments",
    [
        ("vouchers", "import", "nowhere.csv"),
        ("vouchers", "import"),
        ("po", "add", "PO-1", "10000"),
        ("po", "add", "PO-1", "10.000", "EUR"),
        ("po", "add", "PO-1", "10000", "EURO"),
        ("po", "show", "PO-9"),
    ],
)
def test_wrong_usage_ends_in_2_with_one_line(desk: Shell, arguments: tuple[str, ...]) -> None:
    answer = desk(*arguments)

    assert (answer.code, answer.out, len(answer.faults)) == (2, "", 1)


def test_money_is_entered_and_shown(desk: Shell) -> None:
    added = desk("po", "add", "PO-4711", "10000", "EUR", "--contact", "orders@sponsor.example.org")
    twice = desk("po", "add", "PO-4711", "10000", "EUR")
    again = desk("po", "add", "PO-4711", "10000", "EUR", "--again", "--json")
    shown = desk("po", "show", "po 4711", "--json")

    assert (added.code, added.err) == (0, "")
    assert "€10,000.00" in added.out
    assert twice.code == 2
    assert "--again" in twice.faults[0]
    assert again.objects == [
        {
            "number": "PO-4711",
            "contact": "orders@sponsor.example.org",
            "currency": "EUR",
            "available": "20000.00",
            "held": "0.00",
            "spent": "0.00",
            "seats": 155,
        }
    ]
    (order,) = shown.objects
    assert [(entry["kind"], entry["amount"]) for entry in order["entries"]] == [("deposit", "10000.00")] * 2
    assert all(entry["by"].startswith("cli:") for entry in order["entries"])
    assert "paid in" in desk("po", "show", "PO-4711").out
    assert "PO-4711" in desk("po", "show").out

    less = desk("po", "correct", "po-4711", "15000", "--reason", "typed twice", "--json")
    more = desk("po", "correct", "PO-4711", "15000", "--reason", "typed twice")
    assert (less.objects[0]["available"], more.code, len(more.faults)) == ("5000.00", 2, 1)
    assert "typed twice" in desk("po", "show", "PO-4711").out


def test_stock_says_what_is_left(desk: Shell) -> None:
    empty = desk("stock")
    desk("vouchers", "import", a_file(desk, a_voucher_file(3)))
    desk("po", "add", "PO-4711", "10000", "EUR")
    people, program = desk("stock"), desk("stock", "--json")

    assert (empty.code, empty.err) == (0, "")
    assert empty.out.startswith("0 License Keys in stock")
    assert "3 License Keys in stock" in people.out
    assert "No case waits for keys." in people.out
    assert "PO-4711" in people.out
    assert [(one["what"], one.get("in_stock"), one.get("seats")) for one in program.objects] == [
        ("keys", 3, None),
        ("purchase_order", None, 77),
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("stock",),
        ("vouchers",),
        ("vouchers", "import"),
        ("po",),
        ("po", "add"),
        ("po", "show"),
        ("po", "correct"),
    ],
)
def test_each_explains_itself_with_an_example(usher: Shell, words: tuple[str, ...]) -> None:
    answer = usher(*words, "--help")

    assert answer.code == 0
    assert f"Example: usher {' '.join(words)}" in " ".join(answer.out.split())
