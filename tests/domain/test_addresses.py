"""One address header has one reading."""

import pytest

from bot.domain.addresses import in_key, mailbox_of, parse_addresses, reaches_desk


@pytest.mark.parametrize(
    ("header", "name", "address"),
    [
        ("Dana Doe <Dana@Example.org>", "Dana Doe", "dana@example.org"),
        ('"Doe, Dana" <dana@example.org>', "Doe, Dana", "dana@example.org"),
        ("dana@example.org (Dana Doe)", "Dana Doe", "dana@example.org"),
        ("<dana@example.org>", "", "dana@example.org"),
        ('"a \\"b\\" c" <dana@example.org>', 'a "b" c', "dana@example.org"),
        ('"boss@sponsor.example" <dana@example.org>', "boss@sponsor.example", "dana@example.org"),
        ("boss@sponsor.example <dana@example.org>", "boss@sponsor.example", "dana@example.org"),
        ("=?utf-8?q?x=2C?= <dana@example.org>", "=?utf-8?q?x=2C?=", "dana@example.org"),
        ("dana@münchen.example", "", "dana@münchen.example"),
    ],
)
def test_a_sound_mailbox_is_read_as_its_writer_meant_it(header: str, name: str, address: str) -> None:
    (one,) = parse_addresses(header)

    assert (one.name, one.address) == (name, address)


@pytest.mark.parametrize(
    "header",
    [
        "<dana@example.org> <boss@sponsor.example>",
        "<dana@example.org>boss@sponsor.example<x@y.example>",
        "<boss@sponsor.example@example.org>",
        "<@sponsor.example:dana@example.org>",
        "dana@example.org]boss",
        '"never closed <dana@example.org>',
        "Dana Doe",
        "<>",
        "<" + "a" * 400 + "@example.org>",
    ],
)
def test_what_could_be_read_twice_has_no_address(header: str) -> None:
    assert all(not one.address for one in parse_addresses(header))


def test_a_group_and_several_mailboxes_are_listed() -> None:
    found = parse_addresses("Team: a@example.org, B <b@example.org>; , c@example.org")

    assert [one.address for one in found] == ["a@example.org", "b@example.org", "c@example.org"]


@pytest.mark.parametrize("piece", [",", "(", "<", '"', "\\", "a,", "a@b,", "<a@b>,"])
def test_hostile_headers_cost_nothing(piece: str) -> None:
    assert len(parse_addresses(piece * 50_001)) <= 100


@pytest.mark.parametrize("address", ["desk@example.org", "Desk@Example.org", "desk+anna@example.org"])
def test_who_writes_to_the_desk_itself_reaches_it_under_any_sub_address(address: str) -> None:
    assert reaches_desk(address, {"desk@example.org"})


@pytest.mark.parametrize("address", ["", "desks@example.org", "desk@example.com", "anna+desk@example.org"])
def test_everybody_else_does_not(address: str) -> None:
    assert not reaches_desk(address, {"desk@example.org"})


def test_an_address_in_a_key_is_told_apart_and_not_read() -> None:
    one, other = "anna+1@example.org", "anna+2@example.org"
    assert in_key(one) != in_key(other)
    assert in_key(mailbox_of(one)) == in_key(mailbox_of(other))
    assert "anna" not in in_key(one)
    assert in_key("anna@example.org") == "a3bf86238a1c59bd"  # keys of before have to be found again
