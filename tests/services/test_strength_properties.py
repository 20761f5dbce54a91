"""Whatever is tried in whatever order: no session gains strength but by a factor of its own account, once."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import Refusal
from bot.domain.sessions import Strength, Visitor
from bot.services import certificates, recovery_codes, sessions
from tests.budget import examples
from tests.services.test_credentials import Home

OWN, OTHERS, DROPPED = (f"CN={who}, O=Borealis" for who in ("MLOA owner", "Somebody else", "Dropped"))
ACTS = (
    "newest text", "spent text", "text of another session", "wrong text",
    "fresh code", "spent code", "void code", "wrong code",
    "own certificate", "certificate of another", "dropped certificate", "no certificate",
    "begin", "end", "wait",
)  # fmt: skip
#: what makes a session how strong, by whose it is: the second has but a certificate
GENUINE = {
    ("newest text", 0): Strength.PHONE_OTP,
    ("fresh code", 0): Strength.PHONE_OTP,
    ("own certificate", 0): Strength.MLOA_HARDWARE,
    ("own certificate", 1): Strength.MLOA_HARDWARE,
}


class Door:
    """The first of two accounts has a phone, recovery codes and a certificate; either tries what it has."""

    def __init__(self, home: Home) -> None:
        self._home = home
        strong, self._phone = home.registered()
        owner, other = (person.user_id for person in home.people[:2])
        office = home.office
        with office.connect() as db:
            self._void = recovery_codes.make(db, office.desk, strong, now=office.now)[0]
            self._fresh = list(recovery_codes.make(db, office.desk, strong, now=office.now))
            for name, subject in ((owner, OWN), (owner, DROPPED), (other, OTHERS)):
                certificates.register(db, office.desk, user_id=name, subject=subject, by="U1", now=office.now)
            certificates.drop(db, office.desk, user_id=owner, subject=DROPPED, by="U1", now=office.now)
        self._spent_code, self._spent_text = self._fresh.pop(), "000000"
        self._code(home.visit(), self._spent_code)
        self._visitors = [home.visit(0), home.visit(1)]

    def strengths(self) -> Counter[tuple[int, Strength]]:
        """How many sessions each account has of each strength."""
        with self._home.office.connect() as db:
            found = db.query("select account_id, strength from sessions")
            return Counter((one["account_id"], Strength(one["strength"])) for one in found)

    def session(self, number: int) -> tuple[int, Strength] | None:
        """The account and strength of the session in which that one tries; None once it is over."""
        office = self._home.office
        with office.connect() as db:
            try:
                visitor = sessions.get(db, office.desk, self._visitors[number].token, now=office.now)
            except Refusal:
                return None
            return visitor.account.id, visitor.session.strength

    def act(self, name: str, number: int) -> None:
        """Raise a Refusal where nothing came of it; else whoever tried goes on in the session it made."""
        home, visitor = self._home, self._visitors[number]
        if name == "begin":
            self._visitors[number] = home.visit(number)
        elif name == "end":
            with home.office.connect() as db:
                sessions.end(db, visitor.token, now=home.office.now)
        elif name == "wait":
            home.wait(minutes=31)  # what was locked by wrong tries opens again
        elif "certificate" in name:
            self._certificate(number, name)
        elif name.endswith("code"):
            self._code_named(number, name)
        else:
            self._text(number, name)

    def _text(self, number: int, name: str) -> None:
        home, visitor = self._home, self._visitors[number]
        digits = {"spent text": self._spent_text, "wrong text": "123456"}.get(name)
        if digits is None:
            digits = home.send(home.visit(0) if name == "text of another session" else visitor, self._phone)
        token = home.take(visitor, self._phone, digits).token
        self._spent_text = digits
        self._go_on(number, token)

    def _code_named(self, number: int, name: str) -> None:
        codes = {"spent code": self._spent_code, "void code": self._void, "wrong code": "22222-22222-22222"}
        code = codes.get(name) or (self._fresh[-1] if self._fresh else self._spent_code)
        token = self._code(self._visitors[number], code)
        self._spent_code = self._fresh.pop()
        self._go_on(number, token)

    def _code(self, visitor: Visitor, code: str) -> str:
        office = self._home.office
        with office.connect() as db:
            return recovery_codes.take(db, office.desk, visitor, code=code, now=office.now)

    def _certificate(self, number: int, name: str) -> None:
        shown = {"own certificate": OWN, "certificate of another": OTHERS, "dropped certificate": DROPPED}
        if number == 1:  # for whom the first one's is another's
            shown |= {"own certificate": OTHERS, "certificate of another": OWN}
        office = self._home.office
        with office.connect() as db:
            visitor, subject = self._visitors[number], shown.get(name, "")
            token = certificates.take(db, office.desk, visitor, subject=subject, now=office.now)
        self._go_on(number, token)

    def _go_on(self, number: int, token: str) -> None:
        office = self._home.office
        with office.connect() as db:
            self._visitors[number] = sessions.get(db, office.desk, token, now=office.now)


@pytest.mark.slow
@settings(max_examples=examples(60), deadline=None)
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from((0, 0, 1))), min_size=8, max_size=24))
def test_no_session_gains_strength_without_a_factor_of_its_own_account(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int]]
) -> None:
    door = Door(Home(tmp_path_factory.mktemp("door")))
    for act in acts:
        name, number = act
        tried_in, before = door.session(number), door.strengths()
        try:
            door.act(name, number)
        except Refusal:
            assert door.strengths().total() - before.total() in (0, 1)  # one more to ask for a text, no less
            assert not stronger(before, door.strengths())
            continue
        gained = stronger(before, door.strengths())
        if gained:
            assert tried_in is not None
            account, strength = tried_in
            assert act in GENUINE
            assert gained == Counter({(account, max(strength, GENUINE[act])): 1})
            assert door.strengths().total() == before.total()  # it goes on in the place of the other
        elif act in GENUINE:
            assert tried_in is not None
            assert door.session(number) == tried_in
            assert tried_in[1] >= GENUINE[act]


def stronger(
    before: Counter[tuple[int, Strength]], after: Counter[tuple[int, Strength]]
) -> Counter[tuple[int, Strength]]:
    """Sessions beyond a password that were not there before."""
    return Counter({key: many for key, many in (after - before).items() if key[1] is not Strength.PASSWORD})
