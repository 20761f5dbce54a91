"""The NetSuite case: made once, never written over, patched by name; its token is kept and renewed."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from bot.adapters.netsuite import LONGEST_MESSAGE, find_words
from bot.adapters.netsuite_tokens import read_key
from bot.adapters.provisioners import build_opener
from bot.adapters.tls import build_context
from bot.domain.errors import NotNow, PermanentFailure, SettingsFault, TransientFailure
from bot.domain.mail import Address
from bot.domain.provisioning import Order, Task, Way
from bot.domain.ris import Company, User
from bot.ports import Provisioner
from bot.provisioning_policy import Provisioning
from bot.settings import load_given
from tests.outside import StillClock
from tests.provisioning_faults import Fault, cut, no_json, says, silent
from tests.provisioning_servers import TOKEN_PATH, NetSuiteServer
from tests.test_settings import GOOD

TRUST = build_context()
ID = "usher-C-7-case"
ORDER = Order(
    external_id=ID,
    task=Task.CASE,
    ref="C-7",
    company=Company(
        name="Nordwind GmbH",
        application="ForumPass",
        contact_email="ida@nordwind.example.com",
        purchase_order="PO-4711",
    ),
    users=(User(first_name="Zoë", last_name="Brandt", email="zoe@nordwind.example.com", role="user"),),
    seats=14,
    sponsor=Address(name="Dana Reyes", address="dana@sponsor.example.org"),
    lang="de",
)

pytestmark = pytest.mark.slow


@dataclass
class Account:
    """One NetSuite account and what Usher has been told about it."""

    server: NetSuiteServer
    folder: Path
    clock: StillClock = field(default_factory=StillClock)

    def opener(self, **case: object) -> Callable[[], Provisioner]:
        settings = load_given({**GOOD, **self.server.settings(self.folder)})
        policy = Provisioning.model_validate({"case": "netsuite", "netsuite": case})
        opener = build_opener(settings, policy, TRUST, now=self.clock.now, deadline=0.4)
        return lambda: opener()[Way.NETSUITE]

    def open(self, **case: object) -> Provisioner:
        return self.opener(**case)()

    @property
    def case(self) -> dict[str, Any]:
        return self.server.records[ID]


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    clock = StillClock()
    with NetSuiteServer(now=clock.now) as server:
        yield Account(server, tmp_path, clock)


# The case


def test_the_case_holds_what_the_form_says_and_what_the_policy_adds(account: Account) -> None:
    fields = {"custevent_region": {"id": "3"}, "custevent_hurry": True, "custevent_days": 5}
    record = account.open(custom_form="112", fields=fields).place(ORDER)

    assert record is not None
    assert (record.number, record.url) == ("CASE4700", "")
    assert account.case["title"] == "C-7: ForumPass for Nordwind GmbH"
    assert account.case["email"] == "ida@nordwind.example.com"
    assert account.case["customForm"] == {"id": "112"}
    assert fields.items() <= account.case.items()
    for words in ("Seats: 14", "Purchase order: PO-4711", "- Zoë Brandt, zoe@nordwind.example.com, user"):
        assert words in account.case["incomingMessage"]


def test_a_case_that_people_changed_is_never_written_over(account: Account) -> None:
    account.open().place(ORDER)
    account.case.update(incomingMessage="we called them", status={"id": "5", "refName": "Closed"})
    account.server.requests.clear()
    account.open().place(ORDER)

    assert account.case["incomingMessage"] == "we called them"
    assert {asked.method for asked in account.server.requests if asked.path != TOKEN_PATH} == {"GET"}


def test_only_the_named_fields_that_differ_are_patched(account: Account) -> None:
    account.open(custom_form="112", fields={"custevent_hurry": True}).place(ORDER)
    account.case["customForm"] = {"id": "112", "refName": "Sales Provisioning", "links": []}
    account.case.update(title="something else", priority={"id": "1"})
    placed = account.open(custom_form="112", fields={"custevent_hurry": False}).place(ORDER)

    (patch,) = account.server.asked("PATCH")
    assert placed is not None
    assert patch.said == {"title": "C-7: ForumPass for Nordwind GmbH", "custevent_hurry": False}
    assert account.case["priority"] == {"id": "1"}
    assert account.server.made == [ID]


@pytest.mark.parametrize(
    ("wanted", "standing"),
    [
        ({"id": "42"}, {"id": 42, "refName": "EMEA"}),
        ({"id": "42"}, {"id": "42", "links": []}),
        (42, {"id": "42", "refName": "EMEA"}),
        (5, "5"),
        (5, 5.0),
        ("5", 5),
        (True, True),
    ],
)
def test_what_comes_back_in_another_shape_is_not_patched_again(
    account: Account, wanted: object, standing: object
) -> None:
    account.open(fields={"custevent_x": wanted}).place(ORDER)
    account.case.update(custevent_x=standing, id=4700)
    account.open(fields={"custevent_x": wanted}).place(ORDER)

    assert account.server.asked("PATCH") == []


@pytest.mark.parametrize(
    ("wanted", "standing"), [({"id": "42"}, {"id": 43}), (True, 1), (1, True), ("5", None), ("5", {"id": 6})]
)
def test_what_really_differs_is_patched(account: Account, wanted: object, standing: object) -> None:
    account.open(fields={"custevent_x": wanted}).place(ORDER)
    account.case["custevent_x"] = standing
    account.open(fields={"custevent_x": wanted}).place(ORDER)

    assert [asked.said for asked in account.server.asked("PATCH")] == [{"custevent_x": wanted}]


def corrected(**changed: str) -> Order:
    company = replace(ORDER.company, **changed)
    return replace(ORDER, company=company, version=2, corrected=True, before=ORDER.company)


def test_a_correction_empties_what_the_form_had_filled_in_and_nothing_else(account: Account) -> None:
    account.open().place(ORDER)
    account.case["phone"] = "typed by a colleague"
    account.open().place(corrected(contact_email=""))

    assert account.case["email"] is None
    assert account.case["phone"] == "typed by a colleague"
    assert account.case["title"] == "C-7 (version 2): ForumPass for Nordwind GmbH"


@pytest.mark.parametrize(
    ("standing", "kept"), [("(421) 123-456", True), ("421123456", True), ("", False), ("999", False)]
)
def test_a_correction_that_netsuite_does_not_keep_names_the_field(
    account: Account, standing: str, *, kept: bool
) -> None:
    account.open().place(ORDER)
    account.server.rewrites["phone"] = standing
    order = corrected(contact_phone="+49421123456")
    if kept:
        assert account.open().place(order) is not None
    else:
        with pytest.raises(PermanentFailure, match="CASE4700 and did not keep phone: change that there"):
            account.open().place(order)


@pytest.mark.parametrize("fault", [silent(after_acting=True), cut(after_acting=False), says(500)])
def test_a_patch_that_was_lost_is_looked_at_and_made_again(account: Account, fault: Fault) -> None:
    account.open().place(ORDER)
    account.case["title"] = "something else"
    account.server.faults["PATCH"].append(fault)
    with pytest.raises(Exception, match="it may have been done"):
        account.open().place(ORDER)
    account.open().place(ORDER)

    assert account.case["title"] == "C-7: ForumPass for Nordwind GmbH"


def test_a_case_that_is_not_shown_yet_is_asked_for_again(account: Account) -> None:
    account.server.shown = False
    with pytest.raises(TransientFailure, match="does not show it yet"):
        account.open().place(ORDER)
    account.server.shown = True

    assert account.open().place(ORDER) is not None
    assert len(account.server.asked("PUT")) == 1


def test_a_case_without_a_number_is_called_by_its_id(account: Account) -> None:
    account.open().place(ORDER)
    account.case["caseNumber"] = None
    record = account.open().place(ORDER)

    assert record is not None
    assert record.number == "4700"


def test_a_form_of_any_size_fits_into_the_message(account: Account) -> None:
    users = tuple(replace(ORDER.users[0], email=f"u{n}@nordwind.example.com") for n in range(20_000))
    huge = replace(ORDER, users=users, company=replace(ORDER.company, name="N" * 30_000))
    account.open().place(huge)

    assert len(account.case["incomingMessage"]) == LONGEST_MESSAGE
    assert len(account.case["title"]) == 200


def test_an_external_id_of_any_kind_names_one_case(account: Account) -> None:
    account.open().place(replace(ORDER, external_id="usher-C-7/../../x?y#z"))

    assert account.server.made == ["usher-C-7/../../x?y#z"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"o:errorDetails": [{"detail": "No such value", "o:errorCode": "BAD"}]}, "BAD No such value"),
        ({"o:errorDetails": ["what"], "title": "Bad Request"}, "Bad Request"),
        ({"o:errorDetails": {}}, ""),
        ({}, ""),
    ],
)
def test_an_error_is_said_in_netsuites_words(said: dict[str, Any], words: str) -> None:
    assert find_words(said) == words


# The token


def test_the_assertion_is_signed_short_and_for_the_token_address(account: Account) -> None:
    account.open().check()

    (claims,) = account.server.claims
    assert claims["aud"] == f"{account.server.url}{TOKEN_PATH}"
    assert claims["exp"] - claims["iat"] == 300


def test_a_key_on_a_curve_signs_too(tmp_path: Path) -> None:
    with NetSuiteServer(elliptic=True) as server:
        assert Account(server, tmp_path).open().place(ORDER) is not None


def test_many_lanes_share_one_token(account: Account) -> None:
    opener = account.opener()
    orders = [replace(ORDER, external_id=f"usher-C-{number}-case") for number in range(8)]
    with ThreadPoolExecutor(4) as lanes:
        placed = set(lanes.map(lambda order: opener().place(order), orders))

    assert len(placed) == len(account.server.made) == 8
    assert len(account.server.tokens) == 1


@pytest.mark.parametrize("ended", ["revoked", "expired"])
def test_a_token_that_ended_leads_to_exactly_one_new_one(account: Account, ended: str) -> None:
    provisioner = account.open()
    provisioner.check()
    if ended == "revoked":
        account.server.revoke()
    else:
        account.clock.wait(hours=1)
    provisioner.place(ORDER)

    assert len(account.server.tokens) == 2
    assert account.server.made == [ID]


def test_a_token_that_ends_between_looking_and_making_is_renewed(account: Account) -> None:
    provisioner = account.open()
    account.server.faults["PUT"].append(says(401))
    provisioner.place(ORDER)

    assert len(account.server.tokens) == 2
    assert account.server.made == [ID]


def test_a_clock_that_is_wrong_is_among_the_mends(account: Account) -> None:
    account.clock.wait(hours=-1)
    account.server.now = StillClock().now
    with pytest.raises(PermanentFailure, match="do not belong together") as caught:
        account.open().check()

    assert "this machine's clock" in caught.value.mend


def test_a_token_server_that_is_away_is_waited_for(account: Account) -> None:
    opener = account.opener()
    account.server.token_faults.append(says(503, Retry_After="9"))
    with pytest.raises(NotNow) as caught:
        opener().place(ORDER)

    assert caught.value.retry_after == 9
    assert opener().place(ORDER) is not None


def test_no_failure_repeats_the_assertion_or_the_token(account: Account) -> None:
    account.server.token_faults.append(says(400, {"error": "invalid_client", "error_description": "e" * 300}))
    with pytest.raises(PermanentFailure) as caught:
        account.open().check()

    assert "eeee" not in str(caught.value)


@pytest.mark.parametrize("fault", [no_json, says(200, {"items": "none"})])
def test_a_page_that_is_not_netsuites_is_no_success(account: Account, fault: Fault) -> None:
    account.server.faults["GET"].append(fault)
    with pytest.raises(PermanentFailure, match="not with a list of cases"):
        account.open().check()


# The key


def written(path: Path, key: Any, passphrase: bytes = b"") -> Path:  # noqa: ANN401 - any kind
    plain, sealed = serialization.NoEncryption(), serialization.BestAvailableEncryption
    sealing = sealed(passphrase) if passphrase else plain
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealing)
    )
    return path


@pytest.mark.parametrize(
    ("curve", "algorithm"), [(ec.SECP256R1(), "ES256"), (ec.SECP384R1(), "ES384"), (ec.SECP521R1(), "ES512")]
)
def test_the_algorithm_follows_from_the_key(tmp_path: Path, curve: ec.EllipticCurve, algorithm: str) -> None:
    key = written(tmp_path / "key.pem", ec.generate_private_key(curve))

    assert read_key(key).algorithm == algorithm


def test_a_key_of_rsa_signs_by_ps256_and_is_not_shown(tmp_path: Path) -> None:
    signing = read_key(written(tmp_path / "key.pem", rsa.generate_private_key(65537, 2048)))

    assert signing.algorithm == "PS256"
    assert repr(signing) == "SigningKey(algorithm='PS256')"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path, "cannot be read (No such file or directory)"),
        (lambda path: path.mkdir() or path, "cannot be read (Is a directory)"),
        (lambda path: path.write_text("no key") and path, "holds no private key"),
        (lambda path: written(path, ed25519.Ed25519PrivateKey.generate()), "does not take"),
        (lambda path: written(path, ec.generate_private_key(ec.SECP256K1())), "does not take"),
        (lambda path: written(path, ec.generate_private_key(ec.SECP256R1()), b"hunter2"), "pass phrase"),
    ],
)
def test_a_file_that_is_no_key_is_one_fault(tmp_path: Path, make: Callable[[Path], Path], said: str) -> None:
    with pytest.raises(SettingsFault) as caught:
        read_key(make(tmp_path / "key.pem"))

    (fault,) = caught.value.faults
    assert fault.startswith("NETSUITE_PRIVATE_KEY: ")
    assert said in fault
