"""Notes for the desk about one account: who asks, and what to do about it."""

from bot.domain.account_views import AccountNote
from bot.rendering import blocks
from bot.rendering.blocks import Card, safe
from bot.rendering.words import Words


def reset_wish_note(note: AccountNote, *, words: Words) -> Card:
    """Somebody asks for a new password whom no administrator can send one."""
    who = "reset_wish.partner" if note.account.is_partner else "reset_wish.who"
    return _note(note, "reset_wish.title", who, "reset_wish.how", words)


def certificate_note(note: AccountNote, *, words: Words) -> Card:
    """An account was activated whose credential is a certificate that nobody has registered."""
    return _note(note, "certificate_wish.title", "certificate_wish.who", "certificate_wish.how", words)


def certificate_told_note(note: AccountNote, *, added: bool, by: str, words: Words) -> Card:
    """Somebody on Usher's machine registered a certificate for an account, or took it away."""
    name = "certificate_told.added" if added else "certificate_told.removed"
    return _note(note, f"{name}.title", f"{name}.who", f"{name}.how", words, by=safe(by, 80))


def _note(note: AccountNote, title: str, who: str, how: str, words: Words, **values: str) -> Card:
    account = note.account
    said = {
        "name": safe(account.name, 80),
        "user_id": safe(account.user_id, 20),
        "company": safe(note.company, 80) or words.say("card.nameless"),
        "ref": f"C-{account.organisation}" if account.organisation else "",
        **values,
    }
    return Card(
        text=words.say(title),
        blocks=[
            blocks.section(f"*{words.say(title)}*\n{words.say(who, **said)}"),
            blocks.context(words.say(how, **said)),
        ],
    )
