"""Slack's way of saying no: a code, and sometimes messages that point at the fault."""


class Declined(Exception):  # noqa: N818 - an answer rather than an error of ours
    """Becomes `{"ok": false, "error": code}`."""

    def __init__(self, code: str, messages: list[str] | None = None, **more: str) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages or []
        self.more = more
