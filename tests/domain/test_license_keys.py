"""License Keys as they are typed and pasted: by which marks one is found."""

import pytest

from bot.domain.keyring import Keyring
from bot.domain.license_keys import KEY, fold_key, list_marks

RING = Keyring(["a secret of thirty-two characters"])
TYPED = "UXQ1-7H2K-PM9D"


@pytest.mark.parametrize(
    "around",
    [
        "{}", " {}. ", "{},", "“{}”", "„{}“.", "'{}'", '"{}"', "({})", "[{}]", "<{}>;", "*`{}`*",
        "_{}_", "~{}~", "{{{}}}", "{}…", "{}?", "• {}",
    ],
)  # fmt: skip
def test_a_key_is_found_whatever_stands_around_it(around: str) -> None:
    assert RING.sign(KEY, fold_key(TYPED)) in list_marks(RING, around.format(TYPED.lower()))


def test_a_key_that_ends_in_such_a_sign_itself_is_found_as_it_stands() -> None:
    assert RING.sign(KEY, fold_key("PM9D!")) in list_marks(RING, "pm9d!")


@pytest.mark.parametrize("text", ["UXQ1.7H2K.PM9D", "UXQ1-7H2K", "", "."])
def test_what_stands_within_a_key_is_of_it(text: str) -> None:
    assert RING.sign(KEY, fold_key(TYPED)) not in list_marks(RING, text)
