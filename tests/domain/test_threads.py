"""The thread token survives what mail servers do to it, and nothing else passes for it."""

import pytest

from bot.domain.keyring import Keyring
from bot.domain.threads import find_thread, is_ours, message_id

KEYRING = Keyring(["k" * 40])
OTHERS = Keyring(["o" * 40])
OURS = message_id("C-7", "3f9a", keyring=KEYRING, domain="desk.example.org")


def test_a_message_id_names_its_case_and_carries_a_whole_signature() -> None:
    assert OURS.startswith("<c-7.3f9a.")
    assert len(OURS.split(".")[2].split("@")[0]) == 26
    assert OURS.endswith("@desk.example.org>")


@pytest.mark.parametrize("ref", ["C-7", "Q-12", "C-1042"])
def test_a_reply_finds_the_case_or_conversation_back(ref: str) -> None:
    own = message_id(ref, "1", keyring=KEYRING, domain="example.org")

    assert find_thread(["<other@example.net>", own], KEYRING) == ref


def test_the_newest_of_several_threads_wins() -> None:
    older = message_id("C-3", "1", keyring=KEYRING, domain="example.org")

    assert find_thread([OURS, older], KEYRING) == "C-7"


@pytest.mark.parametrize(
    "mangled",
    [
        OURS.upper(),
        OURS.strip("<>"),
        OURS[:40] + "\r\n " + OURS[40:],
        OURS.replace("desk.example.org", "mail.example.net"),
    ],
)
def test_what_servers_do_to_an_id_does_not_lose_the_thread(mangled: str) -> None:
    assert find_thread([mangled], KEYRING) == "C-7"


@pytest.mark.parametrize(
    "forged",
    [
        OURS.replace("c-7.", "c-8."),
        OURS.replace("3f9a", "3f9b"),
        OURS.replace("c-7.", "q-7."),
        OURS[:30] + ("a" if OURS[30] != "a" else "b") + OURS[31:],
        OURS.replace("<c-7.3f9a.", "<c-7."),
        "<c-7.3f9a@desk.example.org>",
        "<c-07.3f9a." + OURS.split(".", 2)[2],
        OURS.replace("c-7", "\N{KELVIN SIGN}-7"),
        "",
        "<>",
        "<" * 5000,
    ],
)
def test_a_forged_or_cut_token_is_no_thread(forged: str) -> None:
    assert find_thread([forged], KEYRING) is None
    assert not is_ours(forged, KEYRING)


def test_another_desk_s_token_is_not_ours() -> None:
    assert not is_ours(message_id("C-7", "3f9a", keyring=OTHERS, domain="desk.example.org"), KEYRING)


def test_a_token_signed_with_an_older_key_stays_valid() -> None:
    assert is_ours(OURS, Keyring(["n" * 40, "k" * 40]))


def test_a_flood_of_references_is_cut_off_not_verified_one_by_one() -> None:
    flood = [OURS.replace("c-7", f"c-{n}") for n in range(1000, 3000)]

    assert find_thread([*flood, OURS], KEYRING) is None


@pytest.mark.parametrize(
    ("ref", "nonce"), [("C-0", "1"), ("X-1", "1"), ("C-1", ""), ("C-1", "a b"), ("C-1", "a>")]
)
def test_it_makes_no_id_that_it_could_not_read(ref: str, nonce: str) -> None:
    with pytest.raises(ValueError, match="reference"):
        message_id(ref, nonce, keyring=KEYRING, domain="example.org")
