"""What kind a mail is: each rule with what it takes and what only looks like it."""

from dataclasses import replace

import pytest

from bot.domain.keyring import Keyring
from bot.domain.mail import Address, BounceReport, Classification, Enclosure, InboundMail, Kind
from bot.domain.mail_kinds import as_unread, classify, says_somebody_left
from bot.domain.threads import message_id

KEYRING = Keyring(["k" * 40])
OWN = frozenset({"ris@desk.example.org", "help@desk.example.org"})
TOKEN = message_id("C-7", "1", keyring=KEYRING, domain="desk.example.org")
QUESTION = InboundMail(
    message_id="<1@example.com>",
    sender=Address(name="Dana", address="dana@example.com"),
    subject="Password",
    text="How do I reset my password?",
)


def with_headers(**headers: str) -> InboundMail:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return replace(QUESTION, headers=pairs)


def kind_of(mail: InboundMail, *, keyring: Keyring | None = KEYRING, has_form: bool = False) -> Kind:
    return classify(mail, own_addresses=OWN, keyring=keyring, has_form=has_form).kind


def test_everything_else_is_a_question() -> None:
    assert kind_of(QUESTION) is Kind.QUESTION


def test_our_own_message_id_coming_back_is_own() -> None:
    assert kind_of(replace(QUESTION, message_id=TOKEN)) is Kind.OWN


@pytest.mark.parametrize(
    "mail",
    [
        replace(QUESTION, sender=Address(address="ris@desk.example.org")),
        with_headers(x_loop="ris@desk.example.org"),
        with_headers(x_loop="<Help@Desk.example.org>"),
    ],
)
def test_what_comes_from_ourselves_is_a_loop(mail: InboundMail) -> None:
    assert kind_of(mail) is Kind.LOOP


@pytest.mark.parametrize(
    "mail",
    [
        replace(QUESTION, sender=Address(name="ris@desk.example.org", address="dana@example.com")),
        with_headers(x_loop="somebody@example.com"),
        replace(QUESTION, sender=Address()),
    ],
)
def test_a_resemblance_to_us_is_no_loop(mail: InboundMail) -> None:
    assert kind_of(mail) is Kind.QUESTION


def test_a_bounce_is_asked_for_before_the_auto_reply_it_also_says_to_be() -> None:
    report = BounceReport(recipients=("gone@example.com",), permanent=True, original_ids=(TOKEN,))
    mail = replace(with_headers(auto_submitted="auto-replied"), bounce=report)

    classified = classify(mail, own_addresses=OWN, keyring=KEYRING, has_form=False)

    assert classified.kind is Kind.BOUNCE
    assert classified.thread_ref == "C-7"


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "auto-replied"},
        {"auto_submitted": "auto-generated; owner=x"},
        {"auto_submitted": "Auto-Notified (comment)"},
        {"x_autoreply": "yes"},
        {"x_autorespond": "1"},
        {"precedence": "auto_reply"},
        {"return_path": "<>"},
        {"content_type": 'multipart/report; report-type="disposition-notification"; boundary=x'},
    ],
)
def test_a_header_of_a_machine_makes_an_auto_reply(headers: dict[str, str]) -> None:
    assert kind_of(with_headers(**headers)) is Kind.AUTO_REPLY


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "no"},
        {"auto_submitted": " No (a person)"},
        {"x_auto_response_suppress": "All"},
        {"x_auto_response_suppress": "DR, OOF, AutoReply"},
        {"x_autoreply": "no"},
        {"precedence": "first-class"},
        {"return_path": "<dana@example.com>"},
        {"content_type": "multipart/report-like; boundary=x"},
    ],
)
def test_a_person_s_mail_may_carry_headers_about_automatic_mail(headers: dict[str, str]) -> None:
    assert kind_of(with_headers(**headers)) is Kind.QUESTION


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Your RIS",
        "Out of Office: Your RIS",
        "Out of office AutoReply: Your RIS",
        "Out of the office",
        "Auto-Reply: Re: Your RIS",
        "Automatische Antwort: Ihr RIS-Formular",
        "Abwesenheitsnotiz: AW: Ihr RIS-Formular",
        "Abwesenheitsnotiz",
        "ABWESENHEITSNACHRICHT - Ihr RIS",
        "Réponse automatique : Your RIS",
        "Message d'absence: Re: Your RIS",
        "Risposta automatica: Your RIS",
        "Respuesta automática: Your RIS",
        "Fuera de la oficina: RE: Your RIS",
        "Automatisch antwoord: Your RIS",
        "Odpowiedź automatyczna: Your RIS",
        "Lesebestätigung: Ihr Konto",
        "Gelesen: Ihr Konto",
        "Read: your account",
    ],
)
def test_subjects_of_automatic_replies_are_known_in_both_languages(subject: str) -> None:
    assert kind_of(replace(QUESTION, subject=subject)) is Kind.AUTO_REPLY


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Out of office",
        "AW: Abwesenheitsnotiz: Ihr RIS",
        "Automatic reply does not reach our users",
        "Out of office hours support",
        "Automatische Antwort kommt nicht an",
        "Abwesenheitsnotiz einrichten",
        "Réponse automatique à désactiver",
        "Absence du bureau de Mme Petit, qui valide",
        "Respuesta automática que no llega",
        "Fuori sede non posso accedere",
        "Automatisch antwoord komt niet aan",
        "Poza biurem nie mogę się zalogować",
        "My automatic reply: how do I stop it",
        "Abwesenheitsvertretung: wer gibt frei?",
        "Lesebestätigung kommt nicht an",
        "Read the terms, and now?",
        "Ich bin nicht im Haus gewesen, als der Code kam",
    ],
)
def test_people_write_about_absences_too(subject: str) -> None:
    assert kind_of(replace(QUESTION, subject=subject)) is Kind.QUESTION


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Carl no longer works here, please write to Erin.", True),
        ("Carl Sand has left the company.", True),
        ("Herr Sand ist nicht mehr bei uns tätig.", True),
        ("Frau Sand ist aus dem Unternehmen ausgeschieden.", True),
        ("Mme Petit ne travaille plus dans notre société.", True),
        ("J'ai quitté l'entreprise.", True),
        ("Marco Rossi non lavora più per noi.", True),
        ("Ana Ruiz ya no trabaja en la empresa.", True),
        ("Jan Smit is niet meer werkzaam bij ons.", True),
        ("Anna Nowak już nie pracuje w naszej firmie.", True),
        ("Je suis absent jusqu'à lundi.", False),
        ("I am away until Monday and no longer read mails.", False),
        ("Ich bin bis Montag nicht im Büro.", False),
    ],
)
def test_that_somebody_works_there_no_more_is_told_from_an_absence(text: str, left: bool) -> None:
    assert says_somebody_left(replace(QUESTION, text=text)) is left


@pytest.mark.parametrize(
    "headers",
    [
        {"list_id": "News <news.example.com>"},
        {"list_unsubscribe": "<mailto:u@news.example.com>", "precedence": "bulk"},
        {"list_unsubscribe_post": "List-Unsubscribe=One-Click", "list_unsubscribe": "<https://x.example/u>"},
        {"precedence": "Bulk"},
        {"precedence": "list"},
    ],
)
def test_mail_to_many_is_a_list(headers: dict[str, str]) -> None:
    assert kind_of(with_headers(**headers)) is Kind.LIST


@pytest.mark.parametrize(
    "headers",
    [
        {"list_id": "The desk <ris.desk.example.org>", "precedence": "list"},
        {"list_post": "<mailto:ris@desk.example.org>", "list_unsubscribe": "<mailto:u@example.org>"},
        {"list_id": ""},
        {"precedence": "normal"},
    ],
)
def test_the_group_behind_our_own_address_is_no_foreign_list(headers: dict[str, str]) -> None:
    assert kind_of(with_headers(**headers)) is Kind.QUESTION


@pytest.mark.parametrize("subject", ["", "...", "12", "AW: Wie geht es weiter mit unserem Antrag?", "Fwd: "])
def test_a_mail_that_says_nothing_is_empty(subject: str) -> None:
    assert kind_of(replace(QUESTION, subject=subject, text=" \n")) is Kind.EMPTY


@pytest.mark.parametrize(
    "mail",
    [
        replace(QUESTION, text="", subject="When does my account expire?"),
        replace(QUESTION, text="", subject="Passwort vergessen und Konto gesperrt"),
        replace(QUESTION, text="", subject="Konto gesperrt"),
        replace(QUESTION, text="", subject="Help"),
        replace(QUESTION, text="", attachments=(Enclosure(name="a.pdf", type="application/pdf"),)),
        replace(QUESTION, text="", fault="its parts cannot be read"),
        replace(QUESTION, text="Ok"),
    ],
)
def test_a_mail_that_says_anything_is_not_empty(mail: InboundMail) -> None:
    assert kind_of(mail) is Kind.QUESTION


def test_a_valid_token_makes_a_reply_with_or_without_a_form() -> None:
    mail = replace(QUESTION, thread_ids=("<other@example.com>", TOKEN))

    assert kind_of(mail) is Kind.REPLY
    assert kind_of(mail, has_form=True) is Kind.REPLY


def test_a_forged_token_makes_no_reply() -> None:
    mail = replace(QUESTION, thread_ids=(TOKEN.replace("c-7", "c-8"),))

    assert kind_of(mail) is Kind.QUESTION
    assert kind_of(mail, has_form=True) is Kind.RIS


def test_without_a_keyring_nothing_is_own_or_a_reply() -> None:
    mail = replace(QUESTION, message_id=TOKEN, thread_ids=(TOKEN,))

    assert kind_of(mail, keyring=None) is Kind.QUESTION
    assert kind_of(mail, keyring=None, has_form=True) is Kind.RIS


def test_the_rules_are_asked_in_the_contract_s_order() -> None:
    """One mail with every sign; taking the signs away one by one leaves the next kind."""
    bounce = BounceReport(recipients=(), permanent=False)
    headers = (("auto-submitted", "auto-replied"), ("list-id", "<x.example>"))
    mail = replace(QUESTION, message_id=TOKEN, bounce=bounce, text="", subject="", headers=headers)
    mail = replace(mail, sender=Address(address="ris@desk.example.org"), thread_ids=(TOKEN,))

    kinds = [kind_of(mail)]
    for change in (
        {"message_id": "<1@example.com>"},
        {"sender": QUESTION.sender},
        {"bounce": None},
        {"headers": headers[1:]},
        {"headers": ()},
        {"text": "Here it is."},
        {"thread_ids": ()},
    ):
        mail = replace(mail, **change)
        kinds.append(kind_of(mail))

    assert kinds == [kind for kind in Kind if kind is not Kind.RIS]
    assert kind_of(mail, has_form=True) is Kind.RIS


def test_every_verdict_has_its_reason() -> None:
    mail = with_headers(auto_submitted="auto-replied")

    assert (
        classify(mail, own_addresses=OWN, keyring=None, has_form=False).reason
        == "auto-submitted: auto-replied"
    )


def test_a_mail_whose_header_alone_is_known_is_never_empty() -> None:
    found = {kind: as_unread(Classification(kind=kind, reason="rule"), "too large") for kind in Kind}

    assert found[Kind.EMPTY] == Classification(kind=Kind.QUESTION, reason="too large")
    assert found[Kind.QUESTION].kind is Kind.QUESTION
    assert found[Kind.BOUNCE] == Classification(kind=Kind.BOUNCE, reason="rule")


@pytest.mark.parametrize("kind", [Kind.EMPTY, Kind.REPLY])
def test_a_reply_whose_text_was_not_fetched_is_a_reply(kind: Kind) -> None:
    found = Classification(kind=kind, reason="rule", thread_ref="C-7")

    assert as_unread(found, "too large").kind is Kind.REPLY


@pytest.mark.parametrize(
    ("subject", "absence", "asked"),
    [
        ("Abwesend: Ihr RIS", "Ich bin bis Montag im Urlaub.", "Bitte tragen Sie Anna ein."),
        ("Nicht im Büro (Handy)", "Ich bin bis 5. Mai nicht im Büro.", "Bitte setzen Sie mein Handy zurück."),
        ("Ich bin nicht im Haus", "Ich bin zurzeit abwesend.", "Ich komme nicht an mein Handy."),
        ("Fuori ufficio: il telefono", "Sono assente fino al 5 maggio.", "Ho perso il telefono."),
        ("Absence du bureau - adresse", "Je suis absent jusqu'au 5 mai.", "Merci de modifier mon adresse."),
        ("Message d'absence: code", "Je suis en congés.", "Je voudrais changer mon numéro, aidez-moi."),
        ("Niet op kantoor", "Ik ben afwezig tot 5 mei.", "Ik ben mijn telefoon kwijt."),
        ("Poza biurem - telefon", "Jestem na urlopie do 5 maja.", "Zgubiłem telefon, proszę o reset."),
    ],
)
def test_what_people_write_above_a_request_too_is_automatic_where_the_text_says_no_more(
    subject: str, absence: str, asked: str
) -> None:
    away = replace(QUESTION, subject=subject, text=absence)
    asks = replace(away, text=asked)

    assert [kind_of(away), kind_of(asks)] == [Kind.AUTO_REPLY, Kind.QUESTION]
    assert kind_of(replace(away, text=f"{absence}\n{asked}")) is Kind.QUESTION
    assert kind_of(replace(asks, headers=(("auto-submitted", "auto-replied"),))) is Kind.AUTO_REPLY


@pytest.mark.parametrize(
    "subject", ["Abwesend: AW: Ihr RIS", "Fuori ufficio - Rif: x", "Poza biurem RE: Your RIS"]
)
def test_an_absence_that_answers_a_mail_is_one_whatever_it_says(subject: str) -> None:
    answers = replace(QUESTION, subject=subject, text="Back on 5 May, call Bob instead, he knows it all")

    assert kind_of(answers) is Kind.AUTO_REPLY
