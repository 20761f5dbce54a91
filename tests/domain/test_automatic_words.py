"""Automatic answers without a machine's headers: known by all of their words, and by nothing less."""

import pytest

from bot.domain.automatic_words import is_automatic
from bot.domain.mail import Address, Enclosure, InboundMail

ENGLISH = """Hello,

thank you for your message. Your request has been received and will be processed.
Your ticket number is 4711. We will get back to you within two working days.
Please do not reply to this mail.

Kind regards
Example Service Desk"""
GERMAN = """Sehr geehrte Frau Reyes,

vielen Dank für Ihre Nachricht. Ihre Anfrage ist bei uns eingegangen.
Ticketnummer: 12345
Wir melden uns so schnell wie möglich bei Ihnen.
Dies ist eine automatisch erzeugte E-Mail.

Mit freundlichen Grüßen"""
AWAY = "Ich bin bis zum 3. März im Urlaub. Ihre E-Mail wird nicht weitergeleitet. In dringenden Fällen: Erin."

ABROAD = {
    "french": """Bonjour,

Je suis actuellement en congés jusqu\u2019au 20 août inclus, avec un accès limité à ma messagerie.
Je vous répondrai dès mon retour le lundi 21 août 2026.
En cas d'urgence, vous pouvez contacter ma collègue Anne Petit (anne.petit@exemple.example) au 01 23 45 67 89.

Merci de votre compréhension.
Bien cordialement""",
    "french, short": "Bonjour,\n\nJe suis absent(e) du 3 au 7 juillet. Votre message ne sera pas lu.",
    "italian": """Buongiorno,

grazie per il suo messaggio. Sono fuori ufficio fino al 20 agosto compreso e non avrò accesso alla posta.
Risponderò al mio rientro, lunedì 21 agosto.
Per urgenze potete contattare il mio collega Marco Rossi (marco@esempio.example).

Cordiali saluti""",
    "italian, short": "Sono in ferie dal 3 al 20 agosto. La sua e-mail non sarà inoltrata.",
    "spanish": """Hola:

Gracias por su mensaje. Estaré fuera de la oficina hasta el 20 de agosto y no tendré acceso a mi correo.
Le responderé a mi regreso, lo antes posible.
En caso de urgencia, por favor póngase en contacto con Ana Ruiz (ana@ejemplo.example).

Un cordial saludo""",
    "spanish, short": "Estoy de vacaciones del 3 al 20 de agosto. Este es un mensaje automático.",
    "dutch": """Geachte heer, mevrouw,

Dank u voor uw bericht. Ik ben met vakantie tot en met 20 augustus en heb geen toegang tot mijn e-mail.
Vanaf 21 augustus ben ik weer bereikbaar. Ik zal uw bericht dan zo spoedig mogelijk beantwoorden.
Voor dringende zaken kunt u contact opnemen met mijn collega Jan Smit.

Met vriendelijke groet""",
    "dutch, short": "Ik ben afwezig van 3 t/m 20 augustus. Uw bericht wordt niet doorgestuurd.",
    "polish": """Dzień dobry,

dziękuję za wiadomość. Przebywam na urlopie do 20 sierpnia włącznie i nie mam dostępu do poczty.
Odpowiem na Państwa wiadomość po powrocie.
W pilnych sprawach proszę o kontakt z Anną Nowak (anna@przyklad.example).

Z poważaniem""",
    "polish, short": "Jestem nieobecna w biurze od 3 do 20 sierpnia. To jest automatyczna odpowiedź.",
}


def of(subject: str, text: str, *, files: int = 0) -> InboundMail:
    return InboundMail(
        message_id="<1@example.org>",
        sender=Address(name="Example Service Desk", address="desk@example.org"),
        subject=subject,
        text=text,
        attachments=(Enclosure(name="a.pdf", type="application/pdf"),) * files,
    )


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("[Ticket#12345] Ihre Anfrage ist eingegangen", GERMAN),
        ("Your request has been received (#123)", ENGLISH),
        ("Re: We have the form (C-1)", ENGLISH),
        ("AW: [#77] Eingangsbestätigung: Ihr Formular", "Guten Tag,\n\nIhr Ticket wurde angelegt."),
        ("[REQ-9] Request received", "We received your request. Someone will contact you."),
        ("Case #881 - We have received your inquiry", "Thank you for contacting Example. Case number: 881"),
        ("Urlaub: Ihr Formular", AWAY),
        ("Re: Your form", "I am on vacation until 3 March. I have no access to my e-mails."),
        (
            "Annual leave",
            "Hello,\n\nI'm on annual leave. I will reply when I am back on Monday.\n\nBest regards",
        ),
    ],
)
def test_what_a_machine_says_is_known(subject: str, text: str) -> None:
    assert is_automatic(of(subject, text))


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("[Ticket#12345] Ihre Anfrage ist eingegangen", f"{GERMAN}\n\nWelche USt-IdNr. gilt?"),
        ("[Ticket#12345] Ihre Anfrage ist eingegangen", "Bitte laden Sie auch Frau Öhm ein."),
        ("[Ticket#12345] Ihre Anfrage ist eingegangen", ""),
        ("Your request has been received (#123)", "We received your request, but the code does not arrive."),
        ("Your request has been received (#123)", f"{ENGLISH}\n\nPlease add Tom Berg to our order."),
        ("Urlaub: wer vertritt Frau Öhm?", "Frau Öhm ist im Urlaub. Bitte lassen Sie Tom Berg freigeben."),
        ("Urlaub: Ihr Formular", f"{AWAY} Bitte sperren Sie mein Konto bis dahin."),
        ("Vacation", "I am on vacation. Tom Berg takes the key."),
        ("How long is a ticket open", "How long is a ticket open, and who closes it?"),
        ("A question", "Thank you for your message. The city is Hamburg."),
        ("Ihre Anfrage", "Ihre Anfrage habe ich erhalten. Die Stadt ist Hamburg."),
        ("Fwd: Your request has been received", "Is this mail yours?"),
        ("Thanks", "Thank you"),
    ],
)
def test_a_person_s_sentence_among_them_is_a_person_s_mail(subject: str, text: str) -> None:
    assert not is_automatic(of(subject, text))


@pytest.mark.parametrize("language", ABROAD)
def test_an_absence_is_known_in_other_languages_too(language: str) -> None:
    text = ABROAD[language]

    assert is_automatic(of("Re: Your form", text))
    assert not is_automatic(of("Re: Your form", f"{text}\n\nPlease add Tom Berg to our order."))
    assert not is_automatic(of("Re: Your form", f"{text}?"))


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Login", "I was out of office last week, how do I sign in now"),
        ("Login", "I was out of office last week. How do I sign in now?"),
        ("Connexion", "J'étais absent la semaine dernière, comment activer mon compte"),
        ("Absence", "Je suis absent du 3 au 7 juillet. Merci de bloquer mon compte jusque-là."),
        ("Accesso", "Sono stato in ferie, e il codice non arriva. Come faccio ad accedere"),
        ("Ferie", "Sono in ferie fino al 20 agosto. Il modulo lo firma Marco Rossi."),
        ("Acceso", "Estuve de vacaciones y mi cuenta ha caducado. Necesito un enlace nuevo."),
        ("Vacaciones", "Estoy de vacaciones hasta el 20 de agosto. La ciudad es Hamburgo."),
        ("Inloggen", "Ik was vorige week met vakantie, hoe kan ik weer inloggen"),
        ("Vakantie", "Ik ben met vakantie tot 20 augustus. Verwijder mijn account."),
        ("Logowanie", "Byłem na urlopie i nie mam dostępu do konta. Proszę o nowy link."),
        ("Urlop", "Jestem na urlopie do 20 sierpnia. Proszę dodać Jana Kowalskiego."),
        ("Je suis absent", "Je n'ai pas accès à mon compte."),
    ],
)
def test_people_who_were_away_ask_in_other_languages_too(subject: str, text: str) -> None:
    assert not is_automatic(of(subject, text))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("word", ["e", "y", "et", "actuellement", "en", "i", "z", "w", "urlaub", "e mail"])
def test_a_word_a_thousand_times_is_read_in_time(word: str) -> None:
    assert not is_automatic(of("Absence", f"Ferie urlaub {word} {f'{word} ' * 700}"[:1_490] + "x"))


def test_what_has_a_file_is_looked_at() -> None:
    assert not is_automatic(of("Your request has been received (#123)", ENGLISH, files=1))
