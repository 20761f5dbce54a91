"""One account in Slack: how it stands, the mails to its owner, and what the desk can do about it."""

from collections.abc import Iterator

from bot.domain.account_views import AccountAct, AccountMail, AccountView
from bot.domain.accounts import AccountStatus, Closing
from bot.domain.cases import case_ref
from bot.rendering import account_lives, blocks, phone_resets
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.email_changes import ASK
from bot.rendering.words import Words

ACTION = "account_"  #: every button's `action_id` begins so, and ends with its act


EXTENDED = "extended"  #: what was done, beside the acts


def account_card(view: AccountView, *, words: Words, done: str | None = None) -> Card:
    """Private to whoever asked; `done`, an act or EXTENDED, is said on top.

    A button's value is the account's number.
    """
    account = view.account
    title = words.say("account.title", name=safe(account.name, 80), user_id=safe(account.user_id, 20))
    mail = _named(view.sent, words)
    told = [blocks.section(words.say(f"account.done.{done}", mail=mail))] if done else []
    buttons = list(_buttons(view, words))
    mails = "\n".join(mail_line(mail, words) for mail in view.mails) or words.say("account.mails.none")
    return Card(
        text=title,
        blocks=[
            *told,
            blocks.section("\n".join([f"*{title}*", *_lines(view, words)])),
            *([account_lives.life_block(view.life, words=words)] if view.life else []),
            blocks.section(f"*{words.say('account.mails')}*\n{mails}"),
            *([blocks.actions(*buttons)] if buttons else []),
        ],
    )


def _lines(view: AccountView, words: Words) -> Iterator[str]:
    account = view.account
    yield words.say(
        "account.of",
        company=safe(view.customer.name, 80) or words.say("card.nameless"),
        ref=case_ref(account.organisation) if account.organisation else words.say("account.partner"),
        role=safe(words.role(account.role), 80),
        email=safe(account.email, 120),
    )
    if change := view.change:
        said = {"ref": change.ref, "new": safe(change.new, 120), "until": words.moment(change.until)}
        yield words.say("account.change", **said)
    yield _state(view, words)
    if view.reset:
        yield phone_resets.account_line(view.reset, words)
    if view.is_unreached:
        yield words.say("account.unreached")
    if view.lost:
        yield words.say("account.lost", count=view.lost)
    if view.tries.wrong:
        key = "account.locked" if view.is_locked else "account.wrong"
        until = words.moment(view.tries.locked_until) if view.tries.locked_until else ""
        yield words.say(key, count=view.tries.wrong, until=until)
    if account.status is AccountStatus.ACTIVE and not account.is_partner:
        yield from _ways_in(view, words)


def _state(view: AccountView, words: Words) -> str:
    account = view.account
    said = words.say(
        f"account.state.{account.status}", at=words.moment(account.activated_at or account.made_at)
    )
    if view.closing:
        return f"{said} {_closed(view.closing, words)}"
    if account.status is not AccountStatus.ACTIVE:
        return said
    if view.signed_in_at is None:
        return f"{said} {words.say('account.never')}"
    at = words.moment(view.signed_in_at)
    return f"{said} {words.say('account.signed_in', at=at, count=view.sessions)}"


def _closed(closing: Closing, words: Words) -> str:
    if closing.successor:
        successor = safe(closing.successor, 20)
        return words.say("account.closed.replaced", user_id=successor, at=words.moment(closing.at))
    key = "account.closed.theirs" if closing.is_theirs else "account.closed.desk"
    return words.say(key, who=_closer(closing, words), at=words.moment(closing.at))


def _closer(closing: Closing, words: Words) -> str:
    return safe(closing.name, 60) or words.person(closing.by, slack=True)


def _ways_in(view: AccountView, words: Words) -> Iterator[str]:
    lacking = view.account.has_hardware and not view.certificates
    if view.certificates or lacking:
        key = "account.no_certificate" if lacking else "account.certificate"
        yield words.say(key, user_id=safe(view.account.user_id, 20))
    if view.phones:
        yield words.say("account.phones", phones=safe(", ".join(view.phones), 120))
    elif view.key_entered or not view.account.has_hardware:
        yield words.say("account.no_phone" if view.key_entered else "account.no_key")
    if view.waits:
        waits_for = ", ".join(safe(name, 60) for name in view.waits_for) or words.say("account.nobody")
        yield words.say("account.waits", who=waits_for)


def _named(template: str, words: Words) -> str:
    return words.say(key) if (key := f"mail.{template}") in words else safe(template, 40)


def mail_line(mail: AccountMail, words: Words) -> str:
    """Which, how far it came, and when."""
    said = words.say(
        "account.mail",
        mail=_named(mail.template, words),
        state=words.name(mail.status),
        at=words.moment(mail.at),
    )
    return f"{said} · {words.say('account.came_back')}" if mail.came_back else said


def _buttons(view: AccountView, words: Words) -> Iterator[Block]:
    """Closing stands last, and apart from what is done every day."""
    made = {act: _button(view, act, words) for act in view.acts}
    last = made.pop(AccountAct.CLOSE, None)
    yield from made.values()
    if view.can_extend:
        yield account_lives.extend_button(view, words=words)
    if view.can_change_address:
        yield blocks.button(words.say("account.address"), action=ASK, value=str(view.account.id))
    if last:
        yield last


def _button(view: AccountView, act: AccountAct, words: Words) -> Block:
    made = blocks.button(words.say(f"account.act.{act}"), action=f"{ACTION}{act}", value=str(view.account.id))
    theirs = view.closing if view.closing and view.closing.is_theirs else None
    asks = theirs if act is AccountAct.REOPEN else act in (AccountAct.CLOSE, AccountAct.PROMOTE)
    if not asks:
        return made
    about = {"user_id": safe(view.account.user_id, 20), "company": safe(view.customer.name, 80)}
    if theirs:
        about["who"] = safe(theirs.name, 30) or words.person(theirs.by, slack=True)  # Slack takes 300 letters
    never = act is AccountAct.REOPEN and not view.account.activated_at
    text = words.say(f"account.{act}.{'waiting' if never else 'text'}", **about)
    if act is AccountAct.CLOSE and view.invitations:
        text += f" {words.say('page.members.end.invitations', count=view.invitations)}"
    ask = blocks.asked_first(
        words.say(f"account.{act}.title"), text, yes=words.say(f"account.{act}.confirm"), words=words
    )
    return made | ({"style": "danger"} if act is AccountAct.CLOSE else {}) | ask
