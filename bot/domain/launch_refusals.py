"""Why an application is not opened."""

from bot.domain.errors import Refusal


class TermsOpen(Refusal):
    """Nobody of the organisation opens it before its terms are accepted; values: application."""

    code = "terms_open"
