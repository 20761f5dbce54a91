"""The wordings of mails are compiled once."""

from bot.rendering.mail_templates import load


def test_the_layout_that_all_mails_share_is_compiled_once() -> None:
    assert load("receipt", "en", None).layout is load("rejection", "de", None).layout
