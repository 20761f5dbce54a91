"""A partner validates the account again: consents, a new password where one is asked, then all counts."""

from collections.abc import Collection
from datetime import datetime

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus
from bot.domain.consents import MANDATORY, Answer, Consent
from bot.domain.errors import LinkUnknown
from bot.domain.events import EventTag
from bot.domain.lifecycle import Life, LifeState
from bot.domain.password_refusals import PasswordMeanwhile
from bot.domain.passwords import HowSet, PasswordFault
from bot.domain.prolongation import Prolongation, ProlongStep, counts_from, is_agreed
from bot.domain.prolongation_refusals import ConsentsChanged, ProlongationWaits
from bot.domain.recovery import Way
from bot.domain.tries import Tried
from bot.rendering import lifecycle_mails
from bot.services import consents, lifecycle, partner_returns, passwords, prolong_links, recovery_mails
from bot.services.account_mails import mail_owner
from bot.services.accounts import list_named, mail_activation_again
from bot.services.desk import Desk
from bot.services.partner_activation import lacks_first_app, person_of
from bot.store import accounts, authenticators, events, sessions, tries
from bot.store import consents as consent_store
from bot.store import passwords as password_store
from bot.store import prolongation as prolongation_store
from bot.store.database import transaction


def get(db: Database, desk: Desk, token: str, *, now: datetime) -> Prolongation:
    """What the holder of a link sees; raise LinkUnknown, or LinkExpired once it takes a new invitation."""
    link = prolong_links.read(db, desk, token, now=now)
    account, life = link.account, link.life
    if account.status is not AccountStatus.ACTIVE or (link.spent and life.state is not LifeState.VALID):
        raise LinkUnknown
    set_at, _ = password_store.find_last(db, account.id) or (None, None)
    since = counts_from(desk.policy.clock_rules, validated_on=life.validated_on, ends_on=life.ends_on)
    counts = set_at is not None and set_at >= since
    lock, wait = tries.find(db, account.id, Tried.PASSWORD), passwords.get_wait(db, desk, account)
    return Prolongation(
        account=account,
        life=life,
        step=ProlongStep.DONE if link.spent else _next_step(db, desk, life, counts=counts),
        answers={one.consent: one for one in consent_store.list_of_account(db, account.id)},
        changed_at=set_at if counts else None,
        password_from=wait if wait and now < wait and not counts else None,
        unlocked_at=lock.locked_until if lock.is_locked(now) else None,
        lost_app=authenticators.find(db, person_of(account)) is None,
        first_app=lacks_first_app(db, account),
    )


def _next_step(db: Database, desk: Desk, life: Life, *, counts: bool) -> ProlongStep:
    given = prolongation_store.list_answers(db, life.account_id, life.validations)
    if not is_agreed(given, _versions(desk)):
        return ProlongStep.CONSENTS
    return ProlongStep.CONFIRM if counts else ProlongStep.PASSWORD


def _versions(desk: Desk) -> dict[Consent, str]:
    return {consent: wording.version for consent, wording in desk.policy.extranet.consents.items()}


def agree(
    db: Database,
    desk: Desk,
    token: str,
    *,
    agreed: Collection[Consent],
    seen: str,
    lang: str,
    now: datetime,
) -> tuple[Consent, ...]:
    """Keep the answers until the rest is done; or return what has to be agreed to.

    `seen`: the digest of the wordings that the page has shown. Raise ConsentsChanged, LinkUnknown or
    LinkExpired.
    """
    if seen != consents.digest(desk, lang):
        raise ConsentsChanged
    if unticked := tuple(one for one in MANDATORY if one not in agreed):
        return unticked
    answers = consents.answers(desk, agreed, lang=lang, now=now)
    with transaction(db):
        found = get(db, desk, token, now=now)
        if found.step is not ProlongStep.DONE:
            prolongation_store.put(db, found.account.id, found.life.validations, answers, now=now)
    return ()


def complete(
    db: Database, desk: Desk, token: str, password: str, *, now: datetime
) -> tuple[PasswordFault, ...]:
    """Validate the account, once, with that password where one is asked; or return what is wrong with it.

    Everything counts at once: the days, the consents, the password; every session ends. A second click does
    nothing. Raise ConsentsChanged, ProlongationWaits, PasswordMeanwhile, LinkUnknown or LinkExpired.
    """
    with transaction(db):  # one look: another click may finish between two
        found = get(db, desk, token, now=now)
    if found.step is ProlongStep.DONE:
        return ()
    _check_ready(found)
    account, since, hashed = found.account, accounts.find_password(db, found.account.id), ""
    if found.step is ProlongStep.PASSWORD:
        if faults := passwords.find_all_faults(db, desk, account, password):
            return faults
        hashed = passwords.make_hash(desk, password)
    with transaction(db, locks=(f"account:{account.id}",)):
        again = get(db, desk, token, now=now)
        if again.step is ProlongStep.DONE:
            return ()
        _check_ready(again)
        if again.step is not found.step:
            raise PasswordMeanwhile
        _finish(db, desk, again, hashed, since=since, now=now)
    return ()


def _check_ready(found: Prolongation) -> None:
    if found.step is ProlongStep.CONSENTS:
        raise ConsentsChanged
    if found.waits_until is not None:
        raise ProlongationWaits(until=found.waits_until)


def _finish(db: Database, desk: Desk, found: Prolongation, hashed: str, *, since: str, now: datetime) -> None:
    """In the caller's transaction."""
    account, about = found.account, f"account:{found.account.id}"
    if hashed:
        if not passwords.put(db, desk, account, hashed, since=since, how=HowSet.PROLONGATION, now=now):
            raise PasswordMeanwhile
        events.add(db, EventTag.PASSWORD_CHANGED, about, actor=about, at=now)
        passwords.end_open_ways(db, account, now=now)
    answers: tuple[Answer, ...] = prolongation_store.list_answers(db, account.id, found.life.validations)
    for answer in answers:
        consent_store.add(db, account.id, answer)
    prolongation_store.drop(db, account.id)
    sessions.drop_all(db, account.id)
    life = lifecycle.validate(db, desk, account.id, by=about, now=now)
    mail_owner(
        db,
        desk,
        account,
        "account_prolonged",
        words=lambda _: lifecycle_mails.prolonged(account, life, desk.policy, at=now, changed=bool(hashed)),
        now=now,
    )


def ask_for_link(db: Database, desk: Desk, name: str, *, now: datetime) -> None:
    """Mail a link to the address on file of each account that is meant; nobody is told whether there is one.

    Of one that was never activated, where no other is active, it is the link that does so. Where there are
    only such as somebody has deactivated, or as have no clock, the mail says that.

    The same work for every name, as far as a stranger can see: one argon2 call, one transaction. Which of
    several people comes back whose address alone was given, a person decides.
    """
    desk.hasher.verify("", "")
    with transaction(db):
        named = list_named(db, name)
        about = f"account:{named[0].id}" if len(named) == 1 else "account:none"
        events.add(db, EventTag.PROLONGATION_ASKED, about, actor="usher", at=now)
        left = partner_returns.list_left(db, desk, named, now=now)
        open_ = [one for one in named if one.status is AccountStatus.ACTIVE and one not in left]
        waiting = [one for one in named if one.status is AccountStatus.WAITING and not open_]
        if len(waiting) > 1:
            recovery_mails.mail_user_ids(db, desk, waiting, now=now)
        for account in named:
            if [account] == waiting:
                mail_activation_again(db, desk, account, typed=True, now=now)
            elif account not in left:
                prolong_links.mail_link(db, desk, account, now=now)
        _tell_why_none(db, desk, named, now=now)
    partner_returns.ask_which(db, desk, left, now=now)


def _tell_why_none(db: Database, desk: Desk, named: list[Account], *, now: datetime) -> None:
    open_ = [account for account in named if account.status is not AccountStatus.DEACTIVATED]
    active = [account for account in open_ if account.status is AccountStatus.ACTIVE]
    if named and not open_:
        recovery_mails.tell(db, desk, named[-1], Way.CLOSED, now=now)
    elif active and not any(account.is_partner for account in active):
        recovery_mails.tell(db, desk, active[0], Way.ENDLESS, now=now)
