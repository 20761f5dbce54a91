"""Put the Bolt app together: listeners by table, a middleware that keeps payloads, one error handler."""

from functools import partial

from slack_bolt import App, BoltRequest, BoltResponse

from bot.bootstrap import Bot
from bot.services.payloads import DealtWith
from handlers.slack import (
    accounts,
    additions,
    assignments,
    backup,
    case_answers,
    case_steps,
    cases,
    clicks,
    clippings,
    commands,
    conversations,
    email_changes,
    erasures,
    faq,
    faq_learning,
    home,
    invitations,
    jobs,
    kinds,
    letters,
    license_keys,
    lifecycle,
    masking,
    mentions,
    phone_resets,
    places,
    queue,
    reading,
    registration,
    step_up,
    stock,
    undoing,
    whole_mails,
)
from handlers.slack.answers import Respond, in_modal, written_down
from handlers.slack.listeners import Listeners
from handlers.slack.payloads import is_event, mark_done, receive

ROOMS = (
    cases,
    case_answers,
    case_steps,
    registration,
    letters,
    conversations,
    faq,
    faq_learning,
    license_keys,
    accounts,
    email_changes,
    erasures,
    clippings,
    additions,
    undoing,
    kinds,
    whole_mails,
    queue,
    assignments,
    home,
    commands,
    jobs,
    reading,
    phone_resets,
    lifecycle,
    step_up,
    stock,
    invitations,
    mentions,
)


def build(bot: Bot) -> App:
    """The app with every listener; nothing is asked of Slack yet, so that it may be down at the start."""
    signing_secret = bot.settings.slack_signing_secret.get_secret_value()
    app = App(
        name="usher",  # without one Bolt looks for it in the sources of everybody on the stack
        client=bot.slack_client,
        signing_secret=signing_secret or None,
        request_verification_enabled=bool(signing_secret),
        token_verification_enabled=False,
        # Before Slack is asked who we are: should that fail, the event is kept already.
        before_authorize=partial(receive, bot=bot),
        listener_executor=Listeners(),
        raise_error_for_unhandled_request=False,
    )
    app.use(partial(masking.mask_fields, bot=bot))
    app.use(partial(places.answer_there, bot=bot))
    app.use(partial(backup.refuse_forgotten, bot=bot))
    app.use(partial(clicks.refuse_late, bot=bot))
    clicks.mark(app, bot)
    app.error(partial(on_error, bot=bot))
    for room in ROOMS:
        room.register(app, bot)
    return app


def on_error(error: Exception, request: BoltRequest, respond: Respond, *, bot: Bot) -> BoltResponse | None:
    """The door's one catch: the person hears that it went wrong, with an id to quote."""
    if isinstance(error, DealtWith) or clicks.has_its_modal(error, request):
        return None  # whoever did it has answered
    if clicks.asks_to_repeat(error, request):
        clicks.ask_to_repeat(request, respond, bot)
        return None
    told = written_down(error, bot)
    if request.body.get("type") == "view_submission" and request.context.ack.response is None:
        # A modal has no other place to say it: without an answer Slack speaks of its own trouble.
        return in_modal(request.body.get("view") or {}, told)
    if clicks.give_up(request, bot):
        places.say_bug(request, respond, told, bot)
    if is_event(request.body):
        mark_done(request.body, bot)  # the person knows; a restart must not say it again
    return None
