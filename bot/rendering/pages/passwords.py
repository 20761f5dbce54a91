"""What a page shows where a new password is chosen: every rule in words, and for the script."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from bot.domain.passwords import (
    COMMON_WORDS,
    LEAST_OWN,
    LOOKALIKES,
    ROWS,
    Owner,
    PasswordFault,
    PasswordRules,
    parts_of,
)
from bot.rendering.pages.fields import FieldFault
from bot.rendering.words import Words

SERVERS = frozenset({PasswordFault.USED})  #: which only the server can look at


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A line of the list beside the field."""

    code: PasswordFault
    words: str
    state: str  #: "kept", "broken", or "" where nothing was looked at
    later: bool  #: only the server can tell


@dataclass(frozen=True, kw_only=True)
class NewPassword:
    """The two fields, and the list of rules beside them."""

    rules: tuple[Rule, ...]
    data: str  #: JSON for static/password.js
    faults: tuple[FieldFault, ...]
    hours: int  #: for which the new one stays


def new_password(
    owner: Owner,
    rules: PasswordRules,
    say: Words,
    *,
    broken: Collection[PasswordFault] = (),
    unlike: bool = False,
) -> NewPassword:
    """`broken`: by what was sent; `unlike`: the second field held something else."""
    values = {
        "min": rules.min_length,
        "max": rules.max_length,
        "history": rules.history,
        "user_id": owner.user_id,
        "word": (rules.words or COMMON_WORDS)[0].capitalize(),
    }
    faults = [
        FieldFault(field="password", words=say.say(f"page.password.fault.{fault}", **values))
        for fault in PasswordFault
        if fault in broken
    ]
    if unlike:
        faults.append(FieldFault(field="again", words=say.say("page.password.fault.unlike")))
    return NewPassword(
        rules=tuple(
            Rule(
                code=fault,
                words=say.say(f"page.password.rule.{fault}", **values),
                state=_state(fault, broken, looked=bool(broken) or unlike),
                later=fault in SERVERS,
            )
            for fault in PasswordFault
            if fault is not PasswordFault.USED or rules.history
        ),
        data=_data(owner, rules),
        faults=tuple(faults),
        hours=int(rules.between_changes.total_seconds() // 3600),
    )


def _state(fault: PasswordFault, broken: Collection[PasswordFault], *, looked: bool) -> str:
    """The history is looked at only where every other rule is kept; too long a text is not looked at."""
    if fault in broken:
        return "broken"
    return "kept" if looked and PasswordFault.LONG not in broken and fault not in SERVERS else ""


def _data(owner: Owner, rules: PasswordRules) -> str:
    return json.dumps(
        {
            "min": rules.min_length,
            "max": rules.max_length,
            "userId": parts_of(owner.user_id),
            "name": parts_of(owner.first_name) + parts_of(owner.last_name),
            "words": sorted({*COMMON_WORDS, *rules.words}, key=lambda word: (-len(word), word)),
            "rows": ROWS,
            "alike": LOOKALIKES,
            "own": LEAST_OWN,
        }
    )
