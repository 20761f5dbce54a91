"""To whom a mail goes, and what a reply to it is about."""

from dataclasses import replace

from bot.domain.addressees import owner_of, somebody_of, sponsor_of
from bot.domain.cases import Thread
from bot.rendering import account_samples
from bot.rendering.samples import DECIDED_AT, complete_case

CASE = replace(complete_case("de"), thread=Thread(message_id="<1@sponsor.example>"), cc=("tom@p.example",))


def test_only_its_sponsor_is_written_to_in_the_thread_of_a_case_and_with_copies() -> None:
    sponsor, other = sponsor_of(CASE), somebody_of(CASE, "ivo@kestrel.example")

    assert (sponsor.address, sponsor.thread, sponsor.cc) == (CASE.sponsor.address, CASE.thread, CASE.cc)
    assert (other.address, other.thread, other.cc) == ("ivo@kestrel.example", Thread(), ())
    assert {(one.lang, one.ref, one.case_id) for one in (sponsor, other)} == {("de", "C-7", 7)}


def test_a_mail_to_a_partner_is_about_their_account_and_stands_on_no_card() -> None:
    customer = account_samples.account(CASE, at=DECIDED_AT)
    partner = replace(customer, case_id=0)

    assert (owner_of(customer).ref, owner_of(customer).case_id) == ("C-7", 7)
    assert (owner_of(partner).ref, owner_of(partner).case_id) == (partner.ref, None)
