"""Saying no: to the app with Slack's code and messages, to a person in a sentence."""


class Declined(Exception):  # noqa: N818 - an answer rather than an error of ours
    """Becomes `{"ok": false, "error": code}`."""

    def __init__(self, code: str, messages: list[str] | None = None, **more: str) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages or []
        self.more = more


class Missing(LookupError):  # noqa: N818 - reads as what it says
    """A person acts on something that is not, or no longer, there."""
