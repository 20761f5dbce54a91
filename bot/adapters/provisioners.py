"""Settings and policy become those who make cases and sites outside."""

import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from bot.adapters import netsuite, webhook
from bot.adapters.checklist import Checklist
from bot.adapters.http_calls import Caller, usual_words
from bot.adapters.http_line import DEADLINE, LONGEST_ANSWER, HttpLine
from bot.adapters.oauth import TokenSource
from bot.adapters.pauses import Pause
from bot.domain.errors import SettingsFault
from bot.domain.provisioning import Task, Way
from bot.ports import Provisioner
from bot.provisioning_policy import NetSuiteCase, Provisioning
from bot.settings import Settings

Opener = Callable[[], Mapping[Way, Provisioner]]


def build_opener(
    settings: Settings,
    policy: Provisioning,
    context: ssl.SSLContext,
    *,
    now: Callable[[], datetime],
    deadline: float = DEADLINE,
) -> Opener:
    """Return what opens every way that the policy chooses; nothing is connected yet.

    Raise one SettingsFault that names each setting which a chosen way lacks.
    """
    check_ways(settings, policy)

    def line_to(url: str, longest: int = LONGEST_ANSWER) -> HttpLine:
        pause, proxy = Pause(now), settings.https_proxy
        return HttpLine(url, context=context, proxy=proxy, deadline=deadline, longest=longest, pause=pause)

    made: dict[Way, Callable[[], Provisioner]] = {}
    for way in map(policy.way_of, Task):
        if way is Way.NETSUITE:
            made[way] = _netsuite_opener(settings, policy.netsuite, line_to, now)
        elif way is Way.WEBHOOK:
            made[way] = _webhook_opener(settings, line_to, now)
        else:
            made[way] = Checklist
    return lambda: {way: open_one() for way, open_one in made.items()}


def check_ways(settings: Settings, policy: Provisioning) -> None:
    """A way that was chosen and cannot be gone is known before the first case is approved."""
    chosen = {task: policy.way_of(task) for task in Task}
    faults = {
        lacking: f'{lacking} ([provisioning] of usher.toml has {task} = "{way}")'
        for task, way in chosen.items()
        for lacking in settings.list_lacking(way)
    }
    if faults:
        raise SettingsFault(*faults.values())


def _netsuite_opener(
    settings: Settings, case: NetSuiteCase, line_to: Callable[..., HttpLine], now: Callable[[], datetime]
) -> Callable[[], Provisioner]:
    """All lanes share one source of tokens, as NetSuite counts what is asked for."""
    from bot.adapters.netsuite_tokens import (  # noqa: PLC0415 - PyJWT costs a tenth of a second
        TOKEN_PATH,
        SignedAssertion,
        read_key,
    )

    token_url = f"{settings.netsuite_url}{TOKEN_PATH}"
    credentials = SignedAssertion(
        token_url=token_url,
        client_id=settings.netsuite_client_id,
        certificate_id=settings.netsuite_certificate_id,
        signing=read_key(Path(settings.netsuite_private_key)),
        now=now,
    )
    tokens = TokenSource(line_to(token_url), credentials)
    caller = Caller(
        line=line_to(settings.netsuite_url, longest=netsuite.LONGEST_ANSWER),
        address="check NETSUITE_URL",
        find_words=netsuite.find_words,
        mends=netsuite.MENDS,
        otherwise=netsuite.OTHERWISE,
    )
    return lambda: netsuite.NetSuite(caller, tokens, case=case)


def _webhook_opener(
    settings: Settings, line_to: Callable[..., HttpLine], now: Callable[[], datetime]
) -> Callable[[], Provisioner]:
    caller = Caller(
        line=line_to(settings.webhook_url),
        address="check WEBHOOK_URL",
        find_words=usual_words,
        mends=webhook.MENDS,
        otherwise=webhook.OTHERWISE,
    )
    return lambda: webhook.Webhook(caller, key=settings.webhook_key, now=now)
