"""Each function that gives a card or a view, with strangers' text in the values that make it show most."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from bot.domain.cards import KindNote, MailEnd
from bot.domain.case_steps import StepName, StepState
from bot.domain.cases import CaseStatus
from bot.domain.email_changes import ChangeState
from bot.domain.events import EventTag, Head
from bot.domain.finding import Findings
from bot.domain.invitation_files import InvitationReading
from bot.domain.letters import Letter
from bot.domain.mail import Kind
from bot.domain.notices import NoticeKind, StandingNote
from bot.domain.partner_requests import RequestState
from bot.domain.people import ErasureState
from bot.domain.phone_resets import ResetState
from bot.domain.vouchers import VoucherReading
from bot.rendering import (
    absences,
    account_cards,
    account_notes,
    answer_cards,
    approving,
    assignments,
    cards,
    case_steps,
    case_view,
    clipping_cards,
    dead_ends,
    desk_notes,
    email_changes,
    erasures,
    finding,
    history,
    home,
    invitation_cards,
    invitations,
    letter_cards,
    license_key_cards,
    lifecycle,
    mail_notes,
    modals,
    notices,
    phone_resets,
    provisioning,
    registration,
    report,
    samples,
    step_up,
    stock,
    trail,
    voucher_modals,
)
from bot.rendering import help as help_room
from bot.rendering.blocks import Block, Card
from tests.cast import AVERY
from tests.rendering import test_account_cards as account_views
from tests.rendering import test_answer_cards as answers
from tests.rendering import test_approving as approvals_modal
from tests.rendering import test_cards as shown
from tests.rendering import test_case_steps as steps_room
from tests.rendering import test_dead_ends as ends
from tests.rendering import test_email_changes as changes
from tests.rendering import test_erasures as leaving
from tests.rendering import test_home as homes
from tests.rendering import test_invitations as invites
from tests.rendering import test_letter_cards as letters
from tests.rendering import test_license_key_cards as keys
from tests.rendering import test_lifecycle as clock
from tests.rendering import test_notice_cards as notes
from tests.rendering import test_phone_resets as resets
from tests.rendering import test_queue as queues
from tests.rendering import test_registration as registrations
from tests.rendering import test_stock as stocked
from tests.rendering import test_trouble_notes as trouble
from tests.rendering.poison import MARK, poisoned
from tests.rendering.swept_conversations import CONVERSATIONS
from tests.rendering.swept_faq import FAQ
from tests.rendering.swept_senders import SENDERS
from tests.rendering.swept_values import (
    AT,
    EVERY_WORD,
    FACTS,
    FINDINGS,
    MONEY,
    REPORT,
    SAID,
    STANDING,
    WAITING,
    a_decided_case,
    a_full_case,
    a_step,
    a_view,
    accounts_told,
    stranger,
)

Shown = Card | Block
ENGLISH = shown.ENGLISH
#: each public function that shows something, with the values that make it show most
SWEPT: Mapping[str, Callable[[str], list[Shown]]] = {
    **CONVERSATIONS,
    **FAQ,
    **SENDERS,
    "answer_cards.answers_note": lambda text: [
        answer_cards.answers_note(poisoned(note, text), words=ENGLISH)
        for note in (answers.a_note(answers.ANSWERED), answers.about_a_heading())
    ],
    "desk_notes.alarm_note": lambda text: [
        desk_notes.alarm_note(poisoned(note, text), words=ENGLISH)
        for note in (shown.AWAY, shown.SILENT, replace(shown.AWAY, until=AT))
    ],
    "cards.case_card": lambda text: [
        cards.case_card(poisoned(card, text), words=ENGLISH)
        for card in (a_full_case(), a_decided_case(), steps_room.every_state(), registrations.to_decide())
    ],
    "cards.confirm_card": lambda text: [
        cards.confirm_card(poisoned(a_full_case(), text), "reject", note=text, words=ENGLISH)
    ],
    "desk_notes.held_note": lambda text: [
        desk_notes.held_note(poisoned(replace(shown.HELD, ended=ended, at=AT), text), words=ENGLISH)
        for ended in (None, *(one for one in MailEnd if f"held.title.{one}" in ENGLISH))
    ],
    "mail_notes.kind_note": lambda text: [
        mail_notes.kind_note(KindNote(kind=Kind.RIS, ref="C-9", by=MARK + text), words=ENGLISH)
    ],
    "mail_notes.question_note": lambda text: [
        mail_notes.question_note(poisoned(shown.question(follow_up=once), text), words=ENGLISH)
        for once in (True, False)
    ],
    "desk_notes.trouble_note": lambda text: [
        desk_notes.trouble_note(poisoned(replace(note, ended=ended, at=AT), text), words=ENGLISH)
        for note, ended in ((shown.ASIDE, None), *((trouble.FAILED, ended) for ended in (None, *MailEnd)))
    ],
    "case_view.case_view": lambda text: [
        case_view.case_view(poisoned(a_view(a_full_case()), text), words=ENGLISH)
    ],
    "absences.away_card": lambda _: [absences.away_card([homes.AWAY] * 200, AVERY.id, words=ENGLISH, now=AT)],
    "absences.away_note": lambda _: [
        absences.away_note(tag, homes.AWAY, words=ENGLISH)
        for tag in EventTag
        if history.has_line(tag, ENGLISH) and "away" in tag
    ],
    "assignments.assign_modal": lambda text: [
        assignments.assign_modal(poisoned(samples.complete_case(), text), "U0AVERY", words=ENGLISH)
    ],
    "clipping_cards.add_modal": lambda text: [
        clipping_cards.add_modal(
            5, poisoned(letters.clipping("x").message, text), [poisoned(queues.entry(1), text)], words=ENGLISH
        )
    ],
    "clipping_cards.clipping_note": lambda text: [
        clipping_cards.clipping_note("C-7", poisoned(letters.clipping("x"), text), words=ENGLISH)
    ],
    "finding.findings_card": lambda text: [
        finding.findings_card(poisoned(FINDINGS, text), words=ENGLISH),
        finding.findings_card(Findings(typed=MARK + text), words=ENGLISH),
        finding.findings_card(
            poisoned(replace(FINDINGS, found=(), account=resets.card().account), text), words=ENGLISH
        ),
    ],
    "help.help_card": lambda text: [
        help_room.help_card(replace(AVERY, name=text), EVERY_WORD, words=ENGLISH)
    ],
    "history.history_card": lambda text: [
        history.history_card("C-7", [a_step(tag, text) for tag in EventTag] * 3, words=ENGLISH)
    ],
    "home.home_view": lambda text: [homes.view(poisoned(homes.busy(), text))],
    "home.plain_view": lambda _: [home.plain_view(SAID, words=ENGLISH)],
    "home.strangers_view": lambda text: [
        home.strangers_view(MARK + text, words=ENGLISH, mailbox="desk@desk.example.com")
    ],
    "letter_cards.letter_modal": lambda text: [
        letter_cards.letter_modal(
            poisoned(replace(letters.DRAFT, letter=letter, text="x"), text),
            poisoned(samples.incomplete_case(), text),
            words=ENGLISH,
            shown=mail,
        )
        for letter in Letter
        for mail in (None, poisoned(letters.shown("x", cc=("x",)), text))
    ],
    "letter_cards.mail_note": lambda text: [
        letter_cards.mail_note(poisoned(letters.shown("x", cc=("x",)), text), words=ENGLISH)
    ],
    "letter_cards.typed_card": lambda text: [
        letter_cards.typed_card(
            poisoned(letters.DRAFT, text[:1_000]), poisoned(samples.incomplete_case(), text), words=ENGLISH
        )
    ],
    "notices.standing_note": lambda text: [
        notices.standing_note(
            poisoned(StandingNote(shown=(STANDING,) * 20, more=3, lost=(notes.LOST,)), text),
            words=ENGLISH,
        )
    ],
    "notices.waiting_note": lambda text: [
        notices.waiting_note(poisoned(replace(WAITING, kind=kind, quiet=quiet), text), words=ENGLISH)
        for kind in NoticeKind
        for quiet in (True, False)
    ],
    "report.report_card": lambda text: [
        report.report_card(poisoned(REPORT, text), with_picture=True, words=ENGLISH)
    ],
    "report.sent_card": lambda _: [report.sent_card(trouble=SAID, words=ENGLISH)],
    "case_steps.checklist_modal": lambda text: [
        case_steps.checklist_modal(*poisoned(steps_room.CORRECTED, text), words=ENGLISH)
    ],
    "provisioning.outside_note": lambda text: [
        provisioning.outside_note(steps_room.ended(poisoned(steps_room.ENDED, text)), words=ENGLISH)
    ],
    "registration.approve_modal": lambda text: [
        registration.approve_modal(poisoned(registrations.to_decide(), text), words=ENGLISH)
    ],
    "registration.refuse_modal": lambda text: [
        registration.refuse_modal(poisoned(registrations.to_decide(), text), words=ENGLISH)
    ],
    "registration.invite_modal": lambda text: [
        registration.invite_modal(poisoned(registrations.to_decide(), text).case, words=ENGLISH)
    ],
    "registration.tick_modal": lambda text: [
        registration.tick_modal(poisoned(registrations.to_decide(), text), code=True, words=ENGLISH)
    ],
    "case_steps.skip_modal": lambda text: [
        case_steps.skip_modal(
            card, replace(card.steps[0], skip_by="U0AVERY", skip_reason=text), code=True, words=ENGLISH
        )
        for card in [poisoned(steps_room.every_state(), text)]
    ],
    "case_steps.stop_modal": lambda text: [
        case_steps.stop_modal(poisoned(steps_room.every_state(), text), code=True, words=ENGLISH)
    ],
    "approving.approve_modal": lambda text: [
        approving.approve_modal(poisoned(approvals_modal.asked(named="x"), text), words=ENGLISH)
    ],
    "account_cards.account_card": lambda text: [
        account_cards.account_card(poisoned(view, text), words=ENGLISH, done=done)
        for view, done in account_views.every_state()
    ],
    "account_notes.certificate_note": lambda text: accounts_told(account_notes.certificate_note, text),
    "account_notes.certificate_told_note": lambda text: accounts_told(
        partial(account_notes.certificate_told_note, added=True, by=text), text
    ),
    "account_notes.reset_wish_note": lambda text: accounts_told(account_notes.reset_wish_note, text),
    "account_lives.extend_modal": lambda text: [
        account_views.a_modal(poisoned(account_views.partner(), text))
    ],
    "erasures.erasure_note": lambda text: [
        erasures.erasure_note(poisoned(leaving.card(state), text), words=ENGLISH) for state in ErasureState
    ],
    "erasures.agree_modal": lambda text: [
        erasures.agree_modal(poisoned(leaving.card(state), text), words=ENGLISH) for state in ErasureState
    ],
    "erasures.erased_note": lambda text: [erasures.erased_note(MARK + text, words=ENGLISH)],
    "email_changes.agree_modal": lambda text: [
        email_changes.agree_modal(poisoned(changes.card(state), text), words=ENGLISH) for state in ChangeState
    ],
    "email_changes.ask_modal": lambda text: [
        email_changes.ask_modal(poisoned(changes.card().account, text), words=ENGLISH)
    ],
    "email_changes.change_note": lambda text: [
        email_changes.change_note(poisoned(changes.card(state), text), words=ENGLISH) for state in ChangeState
    ],
    "email_changes.told_note": lambda text: [
        email_changes.told_note(poisoned(changes.card(state), text), words=ENGLISH) for state in changes.OVER
    ],
    "dead_ends.dead_ends_note": lambda text: [
        dead_ends.dead_ends_note(poisoned(ends.found(), text), words=ENGLISH)
    ],
    "lifecycle.gate_note": lambda text: [
        lifecycle.gate_note(poisoned(clock.gate(settled=settled), text), words=ENGLISH)
        for settled in (False, True)
    ],
    "lifecycle.held_note": lambda text: [lifecycle.held_note(poisoned(clock.held(), text), words=ENGLISH)],
    "phone_resets.agree_modal": lambda text: [
        phone_resets.agree_modal(poisoned(resets.card(), text), words=ENGLISH)
    ],
    "phone_resets.reset_note": lambda text: [
        phone_resets.reset_note(poisoned(card, text), words=ENGLISH)
        for card in (resets.partner_card(), *(resets.card(state=state) for state in ResetState))
    ],
    "phone_resets.waits_note": lambda text: [
        phone_resets.waits_note(poisoned(replace(resets.WAITS, people=people), text), words=ENGLISH)
        for people in ((), resets.WAITS.people)
    ],
    "step_up.reset_card": lambda text: [step_up.reset_card(stranger(text), words=ENGLISH)],
    "step_up.reset_modal": lambda text: [step_up.reset_modal(stranger(text), words=ENGLISH)],
    "step_up.step_up_note": lambda text: [
        step_up.step_up_note(
            {"tag": tag, "person": MARK + text, "by": MARK + text, "until": AT.isoformat()}, words=ENGLISH
        )
        for tag in EventTag
        if f"step_up.note.{tag.replace(':', '.')}" in ENGLISH
    ],
    "stock.import_note": lambda text: [
        stock.import_note({"by": MARK + text, "count": 2, "left": 3}, words=ENGLISH)
    ],
    "stock.keys_low_note": lambda _: [
        stock.keys_low_note({"left": left, "below": 5}, words=ENGLISH) for left in (0, 4)
    ],
    "stock.money_low_note": lambda text: [
        stock.money_low_note({**MONEY, "number": MARK + text, "told": told}, words=ENGLISH)
        for told in (True, False)
    ],
    "history.keys_sent_note": lambda _: [
        history.keys_sent_note({"sent": sent, "waiting": 3, "lost": 2}, words=ENGLISH) for sent in (1, 1990)
    ],
    "stock.corrected_note": lambda text: [
        stock.corrected_note({**MONEY, "number": text, "by": MARK + text, "reason": text}, words=ENGLISH)
    ],
    "stock.paid_in_note": lambda text: [
        stock.paid_in_note({**MONEY, "number": text, "by": MARK + text, "is_new": new}, words=ENGLISH)
        for new in (True, False)
    ],
    "stock.supplies_card": lambda text: [
        stock.supplies_card(
            poisoned(replace(stocked.SUPPLIES, wanted=stocked.WANTED * 40), text),
            may_import=True,
            picture=SAID,
            words=ENGLISH,
        )
    ],
    "voucher_modals.file_modal": lambda _: [voucher_modals.file_modal(trouble=SAID, words=ENGLISH)],
    "voucher_modals.looked_modal": lambda text: [
        voucher_modals.looked_modal(
            poisoned(reading, text),
            file_id="F1",
            name=MARK + text,
            digest="ab",
            asks_code=True,
            words=ENGLISH,
        )
        for reading in (replace(stocked.UNFIT, bad=stocked.BAD * 99), VoucherReading(good=stocked.GOOD))
    ],
    "invitation_cards.invitation_card": lambda text: [
        invitation_cards.invitation_card(poisoned(view, text), invites.ROLES, words=ENGLISH, done="again")
        for view in invites.VIEWS
    ],
    "invitation_cards.correct_modal": lambda text: [
        invitation_cards.correct_modal(poisoned(invites.VIEWS[0], text), invites.ROLES, words=ENGLISH)
    ],
    "invitations.invite_modal": lambda _: [
        invitations.invite_modal(invites.ROLES, trouble=SAID, words=ENGLISH),
        invitations.invite_modal(invites.ROLES, asked=invites.ASKED, words=ENGLISH),
    ],
    "invitations.looked_modal": lambda text: [
        invites.looked(poisoned(reading, text), "en", name=MARK + text)
        for reading in (replace(invites.UNFIT, bad=invites.BAD * 99), InvitationReading(good=invites.GOOD))
    ],
    "invitations.said_modal": lambda _: [invitations.said_modal(SAID, words=ENGLISH)],
    "invitations.request_note": lambda text: [
        invitations.request_note(poisoned(replace(invites.ASKED, state=state), text), words=ENGLISH)
        for state in RequestState
    ],
    "invitations.partners_note": lambda text: [
        invitations.partners_note({"by": MARK + text, "count": 2}, words=ENGLISH)
    ],
    "voucher_modals.said_modal": lambda _: [voucher_modals.said_modal(SAID, words=ENGLISH)],
    "trail.head_note": lambda _: [trail.head_note(Head(seq=7, hash="a" * 64), words=ENGLISH)],
    "history.step_note": lambda text: [
        history.step_note(tag, MARK + text, AT, dict.fromkeys(FACTS, text), words=ENGLISH)
        for tag in EventTag
        if history.has_line(tag, ENGLISH)
    ],
    "history.turn_note": lambda text: [
        history.turn_note(MARK + text, CaseStatus.IN_REVIEW, words=ENGLISH),
        history.turn_note(
            MARK + text, CaseStatus.PROVISIONING, (StepName.SITE, StepState.FAILED), words=ENGLISH
        ),
    ],
    "license_key_cards.found_card": lambda text: [
        license_key_cards.found_card(poisoned(found, text), words=ENGLISH) for found in keys.FOUND
    ],
    "license_key_cards.hand_over_modal": lambda text: [
        license_key_cards.hand_over_modal(
            poisoned(found, text), {"ref": "C-7", "page": 1}, asks_code=True, words=ENGLISH
        )
        for found in keys.FOUND[:2]
    ],
    "license_key_cards.keys_card": lambda _: [license_key_cards.keys_card("C-7", words=ENGLISH)],
    "license_key_cards.keys_modal": lambda text: [
        license_key_cards.keys_modal(poisoned(keys.a_full_page(), text), words=ENGLISH, notice=SAID)
    ],
    "license_key_cards.void_modal": lambda text: [
        license_key_cards.void_modal(
            poisoned(found, text), {"ref": "C-7", "page": 1}, asks_code=True, words=ENGLISH
        )
        for found in keys.FOUND[:2]
    ],
    "modals.reject_modal": lambda text: [
        modals.reject_modal(poisoned(a_full_case(), text, many=1), words=ENGLISH)
    ],
}
