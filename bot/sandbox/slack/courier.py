"""Delivers envelopes to the app and waits for their acknowledgement: three seconds, then (events) again."""

import heapq
import itertools
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bot.sandbox.slack.pulse import Json, Pulse

Kind = Literal["events_api", "interactive", "slash_commands"]
REMEMBERED = 2_000


@dataclass(kw_only=True)
class Envelope:
    """One delivery of one payload."""

    kind: Kind
    payload: Json
    accepts_response: bool = False
    attempt: int = 0
    reason: str = ""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: Literal["waiting", "sent", "acked", "failed"] = "waiting"
    error: str = ""  # why it failed: operation_timeout, dispatch_failed, http_service_error…
    response: Json | None = None
    acked_late: bool = False
    sent_at: float = 0.0  # by time.monotonic(), when it went into the line
    acked_at: float = 0.0

    def as_message(self) -> Json:
        message: Json = {
            "envelope_id": self.id,
            "payload": self.payload,
            "type": self.kind,
            "accepts_response_payload": self.accepts_response,
        }
        if self.kind == "events_api":
            message |= {"retry_attempt": self.attempt, "retry_reason": self.reason}
        return message

    def again(self, reason: str) -> "Envelope":
        return Envelope(
            kind=self.kind,
            payload=self.payload,
            accepts_response=self.accepts_response,
            attempt=self.attempt + 1,
            reason=reason,
        )


class Transport(Protocol):
    """How envelopes reach the app: a socket, or a signed request."""

    def send(self, envelope: Envelope) -> bool: ...

    def cut(self) -> None: ...


@dataclass
class Line:
    """What the line to the app does wrong, on purpose."""

    hold: Counter[str] = field(default_factory=Counter)  # kind -> how many envelopes to keep back
    lose_acks: Counter[str] = field(default_factory=Counter)
    held: list[Envelope] = field(default_factory=list)

    @staticmethod
    def takes(counter: Counter[str], kind: str) -> bool:
        if counter[kind] <= 0:
            return False
        counter[kind] -= 1
        return True


class Courier:
    """Sends, waits, sends again."""

    def __init__(self, pulse: Pulse, *, patience: float, retry_after: tuple[float, ...]) -> None:
        self._pulse = pulse
        self.patience = patience
        self.retry_after = retry_after
        self.transport: Transport | None = None
        self.line = Line()
        self.log: deque[Envelope] = deque(maxlen=REMEMBERED)
        self._open: dict[str, Envelope] = {}
        self._events: dict[str, Envelope] = {}  # by event id: the newest delivery of each unfinished event
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._wake = threading.Condition()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="slack-courier", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._stopping and (not self._due or self._due[0][0] > time.monotonic()):
                    self._wake.wait(self._due[0][0] - time.monotonic() if self._due else None)
                if self._stopping:
                    return
                _, _, work = heapq.heappop(self._due)
            work()

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        with self._wake:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._order), work))
            self._wake.notify_all()

    def ask(self, kind: Kind, payload: Json) -> Envelope:
        """Deliver an interaction and wait for its answer as long as Slack would."""
        envelope = Envelope(kind=kind, payload=payload, accepts_response=True)
        self._transmit(envelope)
        with self._pulse.condition:
            self._pulse.condition.wait_for(lambda: envelope.state in {"acked", "failed"}, self.patience)
            if envelope.state != "acked":
                self._fail(envelope, "operation_timeout")
        return envelope

    def announce(self, payload: Json) -> None:
        """Deliver an event in the background, and again until it is acknowledged or given up."""
        envelope = Envelope(kind="events_api", payload=payload)
        with self._pulse.condition:
            self._events[payload["event_id"]] = envelope
        self.later(0, lambda: self._deliver_event(envelope))

    def _deliver_event(self, envelope: Envelope) -> None:
        with self._pulse.condition:
            self._events[envelope.payload["event_id"]] = envelope
        self._transmit(envelope)
        if envelope.state != "failed":
            self.later(self.patience, lambda: self._give_up_on(envelope))

    def _give_up_on(self, envelope: Envelope) -> None:
        with self._pulse.condition:
            if envelope.state != "acked":
                self._fail(envelope, "timeout")

    def _transmit(self, envelope: Envelope) -> None:
        with self._pulse.condition:
            self.log.append(envelope)
            self._open[envelope.id] = envelope
            if Line.takes(self.line.hold, envelope.kind):
                self.line.held.append(envelope)
                return
        self._send(envelope)

    def _send(self, envelope: Envelope) -> None:
        with self._pulse.condition:
            if not envelope.error:  # one that was given up on may still go out, late
                envelope.state = "sent"
        envelope.sent_at = time.monotonic()
        if self.transport is None or not self.transport.send(envelope):
            with self._pulse.condition:
                self._fail(
                    envelope, "connection_failed" if envelope.kind == "events_api" else "dispatch_failed"
                )

    def _fail(self, envelope: Envelope, error: str) -> None:
        with self._pulse.changing():
            if envelope.error:
                return
            envelope.state, envelope.error = "failed", error
        if envelope.kind != "events_api":
            return
        if envelope.attempt < len(self.retry_after):
            following = envelope.again(error)
            self.later(self.retry_after[envelope.attempt], lambda: self._deliver_event(following))
        else:
            self._finish_event(envelope)

    def _finish_event(self, envelope: Envelope) -> None:
        self._events.pop(envelope.payload["event_id"], None)

    def acknowledge(self, envelope_id: str, response: Json | None = None) -> None:
        """The app has answered; an answer that comes too late changes nothing."""
        heard_at = time.monotonic()
        with self._pulse.changing():
            envelope = self._open.get(envelope_id)
            if envelope is None or Line.takes(self.line.lose_acks, envelope.kind):
                return
            del self._open[envelope_id]
            if envelope.state == "failed":
                envelope.acked_late = True
                return
            envelope.state, envelope.response, envelope.acked_at = "acked", response, heard_at
            if envelope.kind == "events_api":
                self._finish_event(envelope)

    def refuse(self, envelope_id: str, error: str) -> None:
        """The app answered with a failure, or could not be reached."""
        with self._pulse.condition:
            envelope = self._open.get(envelope_id)
            if envelope is not None and envelope.state == "sent":
                self._fail(envelope, error)

    def redeliver(self, envelope: Envelope, reason: str = "timeout") -> Envelope:
        """Send the same payload once more, as Slack does when an acknowledgement got lost."""
        following = envelope.again(reason)
        self._transmit(following)
        return following

    def release_held(self) -> list[Envelope]:
        with self._pulse.condition:
            held, self.line.held = self.line.held, []
        for envelope in held:
            self._send(envelope)
        return held

    def unfinished_events(self) -> list[Json]:
        """Events neither acknowledged nor given up."""
        with self._pulse.condition:
            return [envelope.payload for envelope in self._events.values()]
