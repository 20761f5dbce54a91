"""One call of somebody else's interface over HTTP: what came back, or which failure it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.adapters.http_line import Answer, HttpLine, LineFailure, NotSent
from bot.adapters.server_words import remark
from bot.domain.errors import NotNow, PermanentFailure, TransientFailure, UnknownOutcome

LONGEST_NUMBER = 100

_READS = "GET"  # the one method of ours that changes nothing
_TOO_MANY, _AWAY, _SERVER_FAULT = 429, 503, 500
_IN_PASSING = frozenset({408, 425})  # the request came too slowly, or too early
_NOT_FOUND = frozenset({404, 405, 410})


def usual_words(said: Mapping[str, Any]) -> str:
    """Why somebody refused, under one of the usual names."""
    words = (said.get(name) for name in ("error", "message", "detail", "title"))
    return next((word for word in words if isinstance(word, str)), "")


@dataclass(frozen=True, kw_only=True)
class Caller:
    """One system: how to reach it, how it puts its refusals, and what mends them."""

    line: HttpLine
    address: str  #: what to check when it is not found where the settings say
    find_words: Callable[[Mapping[str, Any]], str]  #: why it refused; "" where it does not say
    mends: Mapping[int, str] = field(default_factory=dict)  #: by status
    otherwise: str = ""  #: what mends every other refusal

    def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
        takes: frozenset[int] = frozenset(),
    ) -> Answer:
        """Ask once and return an answer of 2xx, or of a status that the caller takes.

        Raise NotNow, TransientFailure, PermanentFailure, or UnknownOutcome where it may have acted.
        """
        try:
            answer = self.line.exchange(method, path, headers=headers, body=body)
        except LineFailure as exc:
            raise self._line_failure(exc, changes=method != _READS) from exc
        if answer.fine or answer.status in takes:
            return answer
        raise self._failure(answer, changes=method != _READS)

    def reach(self) -> str:
        """Connect, with TLS where the address has it, and ask nothing; return who was reached."""
        try:
            self.line.reach()
        except LineFailure as exc:
            raise self._line_failure(exc, changes=False) from exc
        return self.line.name

    def refused(self, answer: Answer) -> PermanentFailure:
        """What was asked is not done, and will not be when it is asked again."""
        said = self._words(answer)
        if answer.elsewhere:
            words = f"{self.line.name} sends us elsewhere ({said}), where nothing is sent"
            return PermanentFailure(words, mend=self.address)
        mend = self.mends.get(answer.status, "")
        if answer.status in _NOT_FOUND and not mend:
            return PermanentFailure(
                f"at {self.line.name} there is no such address ({said})", mend=self.address
            )
        return PermanentFailure(f"{self.line.name} refused it ({said})", mend=mend or self.otherwise)

    def _line_failure(self, exc: LineFailure, *, changes: bool) -> Exception:
        name = self.line.name
        if not exc.trusted:
            return PermanentFailure(f"{name} cannot be trusted: {exc}")
        if isinstance(exc, NotSent):
            mend = f"{self.address}, and HTTPS_PROXY where there is one"
            return NotNow(f"{name} cannot be reached: {exc}", mend=mend)
        words = f"{name} gave no whole answer: {exc}"
        return UnknownOutcome(f"{words}; it may have been done") if changes else NotNow(words)

    def _failure(self, answer: Answer, *, changes: bool) -> Exception:
        name, said = self.line.name, self._words(answer)
        if answer.status == _TOO_MANY or (answer.status == _AWAY and answer.wait is not None):
            return NotNow(f"{name} asks for patience ({said})", retry_after=answer.wait)
        if answer.status >= _SERVER_FAULT:
            words = f"{name} failed ({said})"
            return UnknownOutcome(f"{words}; it may have been done") if changes else TransientFailure(words)
        if answer.status in _IN_PASSING:
            return TransientFailure(f"{name} did not take it this time ({said})", retry_after=answer.wait)
        return self.refused(answer)

    def _words(self, answer: Answer) -> str:
        return f"{answer.status} {remark(self.find_words(answer.said))}".strip()


def read_number(said: object) -> str:
    """What a record is called, fit for a line of a card; "" where that cannot be one."""
    text = str(said).strip() if isinstance(said, str | int) and not isinstance(said, bool) else ""
    return text if text.isprintable() and len(text) <= LONGEST_NUMBER else ""
