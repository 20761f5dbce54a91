"""The later tables, step by step; never edited once shipped."""

from sqlite_utils import Database

from bot.store import (
    absences,
    accounts,
    approvals,
    authenticators,
    case_questions,
    case_steps,
    certificates,
    clippings,
    consents,
    conversations,
    credentials,
    email_changes,
    erasures,
    faq_opinions,
    faq_phrasings,
    finding,
    key_mails,
    license_keys,
    lifecycle,
    lifecycle_gates,
    mark_keys,
    member_invitations,
    notices,
    organisations,
    partner_invitations,
    partner_requests,
    partners,
    passwords,
    phone_codes,
    phone_resets,
    prolongation,
    provenance,
    provisioning,
    purchase_orders,
    recovery_codes,
    registration,
    retention,
    rounds,
    seats,
    security_questions,
    sessions,
    terms,
    tries,
    turns,
    views,
)
from bot.store.schema_first import migrations

__all__ = ["migrations"]


@migrations()
def m014_decisions_take_two_and_a_turn(db: Database) -> None:
    db.executescript("""
        create table turns (
            id integer primary key,
            case_id integer not null references cases (id) on delete cascade,
            holder text not null,
            status text not null,
            since text not null,
            until text
        );
        create unique index one_open_turn_a_case on turns (case_id) where until is null;
        create index turns_by_time on turns (since);
        alter table cases add column escalated_at text;
    """)
    approvals.make_tables(db)
    absences.make_tables(db)
    turns.begin_all(db)


@migrations()
def m015_authenticators(db: Database) -> None:
    authenticators.make_tables(db)


@migrations()
def m016_staff_write_letters_and_clip_messages(db: Database) -> None:
    case_questions.make_tables(db)
    clippings.make_tables(db)


@migrations()
def m017_turns_are_found_by_their_case(db: Database) -> None:
    db.execute("create index turns_by_case on turns (case_id)")


@migrations()
def m018_records(db: Database) -> None:
    db.executescript("""
        create index events_by_subject on events (subject);
        create index outbox_by_case on outbox (case_id) where case_id is not null;
    """)
    views.make_tables(db)
    finding.make_tables(db)


@migrations()
def m019_notices(db: Database) -> None:
    notices.make_tables(db)
    rounds.make_tables(db)


@migrations()
def m020_questions_are_found_by_their_words(db: Database) -> None:
    conversations.add_words(db)


@migrations()
def m021_money_keys_and_steps(db: Database) -> None:
    purchase_orders.make_tables(db)
    seats.make_tables(db)
    license_keys.make_tables(db)
    case_steps.make_tables(db)
    db.execute("alter table decisions add column voided_note text not null default ''")


@migrations()
def m022_keys_know_their_mails(db: Database) -> None:
    key_mails.make_tables(db)


@migrations()
def m023_accounts(db: Database) -> None:
    accounts.make_tables(db)
    sessions.make_tables(db)


@migrations()
def m024_keys_are_masked_on_the_way_in(db: Database) -> None:
    license_keys.make_shapes(db)
    db.execute("alter table mail_sources add column sealed integer not null default 0")


@migrations()
def m025_passwords_and_questions(db: Database) -> None:
    passwords.make_tables(db)
    security_questions.make_tables(db)


@migrations()
def m026_credentials_and_codes(db: Database) -> None:
    tries.make_tables(db)
    credentials.make_tables(db)
    phone_codes.make_tables(db)
    certificates.make_tables(db)
    db.execute("alter table sessions add column launching text not null default ''")


@migrations()
def m027_terms(db: Database) -> None:
    terms.make_tables(db)


@migrations()
def m028_member_invitations(db: Database) -> None:
    member_invitations.make_tables(db)


@migrations()
def m029_a_yes_knows_its_price(db: Database) -> None:
    approvals.add_offers(db)


@migrations()
def m030_money_is_corrected(db: Database) -> None:
    purchase_orders.add_corrections(db)


@migrations()
def m031_what_stands_outside(db: Database) -> None:
    provisioning.make_tables(db)


@migrations()
def m032_email_changes(db: Database) -> None:
    email_changes.make_tables(db)


@migrations()
def m033_registrations(db: Database) -> None:
    registration.make_tables(db)


@migrations()
def m034_lost_phones(db: Database) -> None:
    recovery_codes.make_tables(db)
    phone_resets.make_tables(db)


@migrations()
def m035_programmes(db: Database) -> None:
    accounts.add_programmes(db)


@migrations()
def m036_lifecycle(db: Database) -> None:
    lifecycle.make_tables(db)
    lifecycle_gates.make_tables(db)


@migrations()
def m037_partners(db: Database) -> None:
    partner_invitations.make_tables(db)
    partner_requests.make_tables(db)
    partners.make_tables(db)
    consents.make_tables(db)
    passwords.add_authenticators(db)


@migrations()
def m039_desk_changes_addresses(db: Database) -> None:
    email_changes.add_desk(db)


@migrations()
def m040_imports_wait_for_a_yes(db: Database) -> None:
    lifecycle_gates.add_imports(db)


@migrations()
def m041_prolongations(db: Database) -> None:
    prolongation.make_tables(db)


@migrations()
def m042_changed_addresses_cool(db: Database) -> None:
    email_changes.add_cooling(db)


@migrations()
def m044_people_leave(db: Database) -> None:
    erasures.make_tables(db)


@migrations()
def m045_retention(db: Database) -> None:
    retention.make_tables(db)


@migrations()
def m047_invited_back(db: Database) -> None:
    partner_invitations.add_closed_account(db)


@migrations()
def m050_a_person_has_a_conversation(db: Database) -> None:
    conversations.add_people(db)


@migrations()
def m053_addresses_are_asked_about(db: Database) -> None:
    member_invitations.add_index_by_email(db)


@migrations()
def m054_false_mails_are_counted(db: Database) -> None:
    provenance.add_index(db)


@migrations()
def m055_articles_are_judged(db: Database) -> None:
    faq_opinions.make_tables(db)


@migrations()
def m056_staff_teach_phrasings(db: Database) -> None:
    faq_phrasings.make_tables(db)


@migrations()
def m058_the_way_back_is_promised(db: Database) -> None:
    lifecycle.add_promises(db)


@migrations()
def m059_requests_come_in_turn(db: Database) -> None:
    partner_requests.add_turns(db)


@migrations()
def m062_what_a_form_writes_lies_together(db: Database) -> None:
    organisations.put_hosts_first(db)
    db.executescript("""
        drop index outbox_by_case;
        drop index outbox_by_decision;
        create index outbox_by_decision on outbox (decision_id) where decision_id is not null;
    """)


@migrations()
def m063_marks_outlive_the_key_they_came_from(db: Database) -> None:
    mark_keys.make_tables(db)


@migrations()
def m064_a_claim_reads_an_index_alone(db: Database) -> None:
    db.executescript("""
        drop index outbox_due;
        create index outbox_due on outbox (kind, next_at, unknowns, case_id, stream) where status = 'queued';
        create index outbox_by_status on outbox (status, sent_at);
    """)


@migrations()
def m065_answers_in_words_are_the_desks_turn(db: Database) -> None:
    turns.hand_over_answered(db)


@migrations()
def m066_what_is_put_off_is_told_from_what_is_tried_again(db: Database) -> None:
    db.execute("alter table outbox add column not_before text")
    db.execute(
        """update outbox set not_before = next_at
            where status = 'queued' and attempts = 0 and error = '' and next_at > created_at"""
    )


@migrations()
def m067_what_a_sponsor_writes_is_the_desks_turn(db: Database) -> None:
    db.execute("alter table cases add column read_to integer not null default 0")
    db.execute("create index case_answers_by_mail on case_answers (mail_id)")
    turns.hand_over_written(db)


@migrations()
def m068_lists_of_what_is_open_read_indexes_alone(db: Database) -> None:
    db.executescript("""
        create index decisions_by_phase on decisions (phase, case_id) where voided_at is null;
        create index seats_held on seats (organisation) where closed_at is null;
        create index conversations_by_address on conversations (address);
    """)


@migrations()
def m069_a_mail_knows_whether_its_sender_was_believed(db: Database) -> None:
    db.executescript("""
        alter table mails add column verified integer not null default 1;
        update mails set verified = 0 where form_of like 'claimed:%'
            or id in (select mail_id from conversations where verified = 0);
    """)


@migrations()
def m070_whom_nobody_has_asked_or_told_waits_for_the_desk(db: Database) -> None:
    turns.hand_over_unasked(db)


@migrations()
def m071_steps_are_read_in_their_order(db: Database) -> None:
    db.execute("create index case_steps_in_order on case_steps (case_id, place)")


@migrations()
def m072_whose_mail_waits_for_release_is_the_desks_turn(db: Database) -> None:
    turns.hand_over_held(db)


@migrations()
def m073_what_waits_knows_its_place_in_line(db: Database) -> None:
    db.executescript("""
        alter table outbox add column place integer not null default 1;
        update outbox set place = id where status in ('queued', 'sending', 'held', 'failed', 'unknown');
        update outbox set place = waits.place
            from (select id, id + 20 * (row_number() over (partition by case_id, kind order by id) - 1) place
                  from outbox where status = 'queued' and case_id is not null) waits
            where outbox.id = waits.id;
        drop index outbox_due;
        create index outbox_due on outbox (kind, next_at) where status = 'queued';
        create index outbox_in_line on outbox (kind, place, next_at, stream) where status = 'queued';
        create index outbox_of_case_in_line on outbox (case_id, kind, place)
            where status = 'queued' and case_id is not null;
    """)


@migrations()
def m074_who_waits_for_an_activation_is_found_by_an_index(db: Database) -> None:
    db.execute("""create index accounts_waiting on accounts (case_id, email)
                  where status = 'waiting' and case_id is not null""")
