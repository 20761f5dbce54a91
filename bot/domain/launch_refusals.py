"""Why an application is not opened."""

from bot.domain.errors import Refusal


class ApplicationUnknown(Refusal):
    """None that their organisation has."""

    code = "application_unknown"


class TermsOpen(Refusal):
    """Nobody of the organisation opens it before its terms are accepted; values: application."""

    code = "terms_open"
