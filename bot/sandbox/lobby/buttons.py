"""The lobby's buttons that send sample mails, each a real mail by SMTP."""

from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from bot.sandbox.lobby.tour import Act
from bot.sandbox.mail import MailWorld
from bot.sandbox.samples import SPONSORS, Sample, Samples

_SENT = "Send a RIS as the sponsor"
_ASKED = "Write to the desk as somebody"
_FILLED = "Fill the mailbox"


def mail_buttons(world: MailWorld, samples: Samples) -> list[Act]:
    def send(write: Callable[[], Sample]) -> Callable[[], str]:
        return lambda: _send(world, write())

    return [
        Act(
            id="complete", label="A complete RIS", group=_SENT, primary=True, do=send(samples.complete_ris),
            text="A card appears in the approvals channel.",
        ),
        Act(
            id="incomplete", label="An incomplete RIS", group=_SENT, do=send(samples.incomplete_ris),
            text="The sponsor gets a mail that lists every problem.",
        ),
        Act(
            id="hostile", label="A hostile workbook", group=_SENT, do=send(samples.hostile_ris),
            text="A zip bomb, or a cell at the end of the world.",
        ),
        Act(
            id="forged", label="A forged sender", group=_SENT, do=send(samples.forged_ris),
            text="A RIS in Dana's name that her domain did not sign.",
        ),
        Act(
            id="question", label="A question", group=_ASKED, do=send(samples.question),
            text="It lands in the support channel.",
        ),
        Act(
            id="frage", label="A question in German", group=_ASKED, do=send(lambda: samples.question("de")),
            text="The same, in the other language of the desk.",
        ),
        Act(
            id="auto-reply", label="An automatic reply", group=_ASKED, do=send(samples.auto_reply),
            text="Recorded with its reason, answered by nobody.",
        ),
        Act(
            id="bounce", label="A bounce", group=_ASKED, do=lambda: _bounce(world, samples),
            text="The desk's newest mail to a sponsor comes back; its card says so.",
        ),
        Act(
            id="list", label="A mail from a list", group=_ASKED, do=send(samples.list_mail),
            text="Recorded, and never answered.",
        ),
        Act(
            id="monday", label="A busy Monday", group=_FILLED, do=lambda: _fill(world, samples),
            text="Thirty mails of all kinds at once.",
        ),
    ]  # fmt: skip


def _send(world: MailWorld, sample: Sample) -> str:
    world.submit(sample.raw, sample.sender, sample.recipient, authentic=sample.authentic)
    return f"{sample.about} was sent to the desk."


def _bounce(world: MailWorld, samples: Samples) -> str:
    """Return the newest mail that a sponsor got; before there is one, report about nothing of ours."""
    received = [stored for address in SPONSORS for stored in world.mails(address)]
    newest = max(received, key=lambda stored: stored.received_at, default=None)
    if newest is None:
        return _send(world, samples.bounce())
    return _send(world, samples.bounce(message_from_bytes(newest.raw, EmailMessage, policy=default)))


def _fill(world: MailWorld, samples: Samples) -> str:
    day = samples.busy_monday()
    for sample in day:
        _send(world, sample)
    return f"{len(day)} mails were sent to the desk."
