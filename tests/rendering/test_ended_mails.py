"""Mails about a case that ended while something stands outside: no word in them is untrue then."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bot import policy
from bot.domain.languages import LANGUAGES
from bot.domain.withdrawals import Irrevocable
from bot.rendering import mails, order_mails, samples
from bot.rendering.mails import render_mail
from tests.golden import assert_approved

POLICY = policy.load()
STATES: Mapping[str, Callable[[str], Mapping[str, Any]]] = {
    "withdrawal_made": lambda lang: order_mails.withdrawal(
        samples.withdrawn_case(lang), POLICY, (Irrevocable.MADE,), stopped=True
    ),
    "rejection_made": lambda lang: mails.rejection(samples.decided_case(lang), POLICY, made=True),
}


@pytest.mark.golden
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_a_mail_about_an_ended_case_reads_as_it_was_approved(state: str, lang: str) -> None:
    words = {**STATES[state](lang), "status_url": samples.STATUS_URL}
    mail = render_mail(state.removesuffix("_made"), lang, words)

    assert_approved(f"mails/{state}.{lang}.txt", f"Subject: {mail.subject}\n\n{mail.text}")
    assert "nothing is charged" not in mail.text
