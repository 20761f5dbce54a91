"""Which words of a text may be a License Key, however people and their mail programs broke it."""

from itertools import pairwise

import pytest

from bot.domain.keyring import Keyring
from bot.domain.license_keys import fold_key, mask_of, shape_of
from bot.domain.masking import Looks, masked

KEY = "UXQ1-7H2K-PM9D-W4T1"
SIGNED = "LK_77/abc+9"  #: a key may hold any sign that can be printed

AROUND = (
    ("", ""),
    ("Mein Schlüssel „", "“ geht nicht."),
    ("https://x.example/enter?key=", "&lang=de"),
    ("<", ">"),
    ("your key 12 34 ", " 56, thanks"),
    ("> ", "\n> --\n> A"),
)


def seen(text: str, *keys: str) -> str:
    """The text as it is shown at a desk that holds these keys."""
    known = {fold_key(key): mask_of(key[-4:]) for key in keys}
    return masked(text, Looks(map(shape_of, keys)).find(text), known)


@pytest.mark.parametrize(
    "written",
    [
        KEY,
        KEY.lower(),
        KEY.replace("-", ""),
        KEY.replace("-", "  "),
        " ".join(KEY),
        KEY.replace("-", "\N{EN DASH}"),
        KEY.replace("-", "\N{MINUS SIGN}"),
        KEY.replace("-", " \N{NON-BREAKING HYPHEN}\N{NO-BREAK SPACE}"),
        KEY.replace("-", "-\N{ZERO WIDTH SPACE}"),
        KEY.replace("-", "\N{SOFT HYPHEN}"),
        KEY.replace("-P", "-\n> P"),
        KEY.replace("-P", "-\r\n>> > | P"),
        KEY.replace("-P", "\n\n  P"),
        *(KEY.replace("-", between) for between in (".", "_", "/", "|", "+", ",", "*", "\\-", " ... ")),
        KEY.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}),
    ],
)
def test_a_key_is_masked_however_it_is_written(written: str) -> None:
    for before, after in AROUND:
        for others in ((), (SIGNED, "ABCDEFGHIJKLMNOP")):
            assert seen(f"{before}{written}{after}", KEY, *others) == f"{before}•••• W4T1{after}"


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (f"X{KEY}", [KEY]),  # another word, which holds it by chance
        (f"{KEY}5", [KEY]),
        ("UXQ1-7H2K-PM9D-W4T2", [KEY]),
        ("It came in 2026", ["2026"]),  # so short a key is like anything else
        (f"{KEY}", []),
    ],
)
def test_other_words_stay(text: str, keys: list[str]) -> None:
    assert seen(text, *keys) == text


def test_several_keys_and_signs_in_one_text() -> None:
    text = f"{KEY}, {SIGNED} and {KEY.lower()}; {SIGNED}"
    assert seen(text, KEY, SIGNED) == "•••• W4T1, •••• bc+9 and •••• W4T1; •••• bc+9"


@pytest.mark.parametrize("part", ["A ", " ", "1\n>", ">", "\n ", "ABCD1ü", "-", "9-", "A1 \u200b"])
def test_hostile_texts_cost_what_their_length_costs(part: str) -> None:
    """Counted, not timed: what is found and compared grows as the text does."""
    looks = Looks([shape_of(KEY), shape_of(SIGNED), shape_of("ABCDEFGHIJKLMNOP")])
    counts = [len(looks.find(part * times)) for times in (500, 1000, 2000)]
    assert all(later <= 2 * sooner + 40 for sooner, later in pairwise(counts))


def test_what_is_sealed_opens_with_any_key_of_the_ring_and_no_other() -> None:
    old, content = Keyring(["old"]), b"\x00raw" * 9
    sealed = old.seal_bytes("mail source", content)

    assert content not in sealed
    assert Keyring(["new", "old"]).open_bytes("mail source", sealed) == content
    for ring, purpose in ((Keyring(["new"]), "mail source"), (old, "another purpose")):
        with pytest.raises(ValueError, match="no key opens this"):
            ring.open_bytes(purpose, sealed)
    with pytest.raises(ValueError, match="no key opens this"):
        old.open_bytes("mail source", sealed[:9])
