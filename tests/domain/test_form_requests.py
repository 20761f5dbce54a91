"""Who asks for the blank form gets it at once; every other question goes to a person."""

import time

import pytest

from bot.domain.form_requests import asks_for_form, asks_nothing_else, misses_file
from bot.domain.mail import Address, Enclosure, InboundMail

DANA = Address(name="Dana Reyes", address="dana.reyes@sponsor.example.org")


def a_mail(text: str, subject: str = "Hello", files: tuple[Enclosure, ...] = ()) -> InboundMail:
    return InboundMail(message_id="", sender=DANA, subject=subject, text=text, attachments=files)


@pytest.mark.parametrize(
    "text",
    [
        "Please send me the RIS form.",
        "Hi all,\ncould you please send us the blank RIS? We have a new customer.\nThanks, Dana",
        "Can you send me your new customer form?",
        "Could I get the Required Information Spreadsheet, please?",
        "We need the RIS template for a customer in Spain.",
        "Where can I download the onboarding form?",
        "I would like to have an empty form so that we can fill it in.",
        "Please provide the current RIS template.",
        "Can you send the required information spreadsheet to us?",
        "Please send me a blank form to fill in.",
        "Kindly share the RIS spreadsheet with us.",
        "Bitte schicken Sie mir das Formular.",
        "Können Sie uns bitte das RIS-Formular zusenden?",
        "Guten Tag,\nich benötige das aktuelle Formular für einen Neukunden.\nViele Grüße",
        "Bitte um Zusendung des leeren RIS.",
        "Wo finde ich die Vorlage für Neukunden? Wo bekomme ich das RIS-Formular?",
        "Könnten Sie mir ein leeres Formular zukommen lassen?",
        "Wir hätten gern das Kundenformular.",
        "Schicken Sie uns bitte ein leeres Formular, damit wir es ausfüllen können.",
        "Kann ich das RIS-Formular per Mail bekommen?",
    ],
)
def test_a_request_for_the_form_is_recognised(text: str) -> None:
    assert asks_for_form(a_mail(text))


@pytest.mark.parametrize(
    "subject", ["RIS form", "Formular", "RIS template please", "Anforderung RIS-Formular"]
)
def test_a_subject_that_is_only_its_name_asks_for_it(subject: str) -> None:
    assert asks_for_form(a_mail("Thank you, Dana", subject))
    assert asks_for_form(a_mail("", subject))


@pytest.mark.parametrize(
    "text",
    [
        "Please find the RIS form attached.",
        "Where do I send the completed form?",
        "Should we send the RIS to you or to the sponsor?",
        "I sent you the RIS form last week. Is there any news?",
        "Why was the RIS rejected?",
        "What do I have to enter in the form under VAT ID?",
        "How do I fill in the form?",
        "I need help with the form.",
        "We need to change the form that we submitted.",
        "Please send me the License Key.",
        "Please send me the code again.",
        "Please send us the status of our RIS.",
        "The registration form asks for a VAT number. We have none.",
        "I need a new password.",
        "Please send the information about the risk assessment.",
        "Can you send me the invitation again? The form in it did not open.",
        "Did you receive the RIS form?",
        "Please confirm that you got our form.",
        "Anbei das ausgefüllte Formular.",
        "Wohin schicke ich das ausgefüllte Formular?",
        "Wir haben Ihnen das Formular am Montag geschickt.",
        "Warum wurde das RIS abgelehnt?",
        "Was muss ich im Formular bei USt-IdNr. eintragen?",
        "Bitte schicken Sie mir den Code noch einmal.",
        "Ich brauche Hilfe beim Formular.",
        "Bitte löschen Sie das RIS.",
        "Bitte bestätigen Sie den Eingang des RIS-Formulars.",
        "Wir brauchen kein neues Formular, danke.",
        "Wir brauchen das Formular nicht mehr.",
        "Dear team, I need the form for cancelling an account.",
        "Ich brauche das Formular für die Kündigung.",
        "",
    ],
)
def test_another_question_about_a_form_goes_to_a_person(text: str) -> None:
    assert not asks_for_form(a_mail(text))
    assert not asks_for_form(a_mail(text, "Question"))


@pytest.mark.parametrize(
    "text",
    ["Wir brauchen kein neues Formular, danke.", "We don't need it any more.", "I need the form to cancel."],
)
def test_a_subject_does_not_ask_for_what_is_declined_below_it(text: str) -> None:
    assert not asks_for_form(a_mail(text, "Formular"))


@pytest.mark.parametrize(
    "text",
    [
        "Ich habe das Formular nicht bekommen, bitte schicken Sie mir das Formular",
        "I do not have it yet. Please send me the RIS form.",
    ],
)
def test_who_has_no_form_asks_for_one(text: str) -> None:
    assert asks_for_form(a_mail(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Please send me the RIS form.",
        "Hi all,\ncould you please send us the blank RIS? We have a new customer.\nThanks",
        "I would like to have an empty form so that we can fill it in.",
        "Guten Tag,\n\nich benötige das aktuelle Formular für einen Neukunden.\n\nViele Grüße",
        "Schicken Sie uns bitte ein leeres Formular, damit wir es ausfüllen können. Vielen Dank!",
        "We have a new customer, please send us the RIS form as soon as possible, many thanks",
        "Bitte schicken Sie uns das RIS-Formular bis Freitag, wir haben einen neuen Kunden.",
    ],
)
def test_a_request_may_be_all_that_is_asked(text: str) -> None:
    assert asks_nothing_else(a_mail(text))


@pytest.mark.parametrize(
    "text",
    [
        "Hello,\n\nplease send me the blank form. Also: my account has been locked since yesterday.",
        "Please send me the blank form. My code is wrong.",
        "Ich brauche das leere Formular, und wie lange ist der Code gültig?",
        "Mein Konto ist gesperrt.\n\nBitte schicken Sie mir das Formular.",
        "Please send us the RIS form, I will call you on Monday.",
        "Please send me the form - and call me.",
        "I am away until the 3rd, please send me the blank form.",
        "Bitte schicken Sie uns das RIS-Formular, ich rufe am Montag an.",
        "Ich bin bis zum 3. nicht da, bitte schicken Sie mir das leere Formular.",
    ],
)
def test_whoever_asks_something_else_too_is_read_by_a_person(text: str) -> None:
    assert asks_for_form(a_mail(text))
    assert not asks_nothing_else(a_mail(text))


def test_a_mail_with_a_file_of_its_own_is_about_that_file() -> None:
    pdf = Enclosure(name="form.pdf", type="application/pdf")
    logo = Enclosure(name="logo.png", type="image/png")

    assert not asks_for_form(a_mail("Please send me the RIS form.", files=(pdf,)))
    assert asks_for_form(a_mail("Please send me the RIS form.", files=(logo,)))


@pytest.mark.parametrize(
    "text",
    [
        "Here is our form: https://files.example.org/view?id=RIS.xlsx",
        "https://files.example.org/s/9d8f",
        "Here's the RIS for Nordlicht.",
        "I will send it on Monday.",
        "You'll have our RIS by Friday.",
        "The RIS will follow shortly.",
        "Expect our form tomorrow.",
        "Das Formular folgt am Montag.",
        "Ich schicke es am Montag.",
        "Das RIS erhalten Sie bis Freitag.",
        "I will send you the form tomorrow.",
        "We will submit by the end of the week.",
        "The customer is new, I will send it on Monday.",
        "Wir schicken Ihnen am Montag das RIS.",
        "Das folgt am Montag.",
        "Ich schicke das morgen.",
        "Hier ist unser Formular.",
    ],
)
def test_a_subject_asks_for_none_above_a_form_of_their_own(text: str) -> None:
    assert not asks_for_form(a_mail(text, "RIS"))


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!\nDana Reyes\nhttps://www.sponsor.example.org",
        "Thanks, Dana\nhttps://www.sponsor.example.org",
        "Viele Grüße\nDR\n\nSponsor GmbH\nDatenschutz: https://www.sponsor.example.org/privacy",
        "Hi,\n\nplease. Thanks!\n\nKind regards\nSponsor Inc.\nhttps://www.sponsor.example.org",
        "New customer here is ACME.\nThanks",
        "Der Kunde hier ist neu. Danke",
    ],
)
def test_neither_a_link_below_a_name_nor_a_customer_here_is_one(text: str) -> None:
    assert asks_for_form(a_mail(text, "RIS form please"))


@pytest.mark.parametrize(
    "text",
    [
        "We have a new customer. I will send you the purchase order separately.",
        "New customer. We will have the data by Monday.",
        "The purchase order will follow.",
        "Details will follow once we have met.",
        "It is a new customer, and we'll send our order by the end of the week.",
        "You will get two more names on Monday.",
        "Neuer Kunde, die Bestellung folgt separat.",
        "Ich schicke Ihnen morgen unsere Bestellung.",
        "Den Vertrag erhalten Sie am Montag.",
    ],
)
def test_something_else_that_is_to_come_keeps_nobody_from_the_form(text: str) -> None:
    assert asks_for_form(a_mail(text, "RIS form"))


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!\nhttps://files.example.org/s/9d8f",
        "Hello Alex,\nhttps://files.example.org/s/9d8f\nKind regards\nDana",
        "Hello team,\nhttps://files.example.org/s/9d8f",
        "Hello, here's the RIS for Nordlicht.",
        "Guten Tag, hier kommt RIS Nr. 2.",
    ],
)
def test_a_link_above_a_name_may_be_one(text: str) -> None:
    assert not asks_for_form(a_mail(text, "RIS"))


@pytest.mark.parametrize(
    ("text", "missed"),
    [
        ("Hello,\n\nplease find our completed RIS attached.\n\nRegards\nDana", True),
        ("Attached is the corrected form.", True),
        ("I've attached the form.", True),
        ("Anbei unser ausgefülltes Formular.", True),
        ("Im Anhang finden Sie die Datei.", True),
        ("RIS attached.", True),
        ("Hi Alex,\nRIS for Nordlicht attached.\nThanks", True),
        ("Form attached. Best, Dana", True),
        ("PFA the RIS.", True),
        ("I'm attaching the RIS.", True),
        ("I am sending you the completed form with this mail.", True),
        ("Das Formular hängt an.", True),
        ("Ich habe das Formular beigelegt.", True),
        ("Anbei das bereits ausgefüllte Formular.", True),
        ("Please find our RIS attached, to be set up by Monday.", True),
        ("Attached is the RIS for Nordlicht, who start next Monday.", True),
        ("Attached is the RIS, as discussed on Monday.", True),
        ("Anbei wie gestern besprochen das Formular.", True),
        ("Beigefügt finden Sie das RIS, bitte bis Freitag einrichten.", True),
        ("Guten Morgen, anbei unser Formular.", True),
        ("Please find attached the RIS of our next customer.", True),
        ("Morgen zusammen,\nanbei unser RIS.", True),
        ("Morgen zusammen\nanbei unser RIS.", True),
        ("Morgen Frau Weber, RIS attached.", True),
        ("Schönen Morgen, anbei unser RIS.", True),
        ("Our RIS is attached, the PO will follow next week.", True),
        ("Our RIS is attached and the PO will follow later.", True),
        ("Our RIS is attached, please call me back later.", True),
        ("Nordlicht moves in next month, our RIS is attached.", True),
        ("Anbei unser RIS, Details folgen später.", True),
        ("Anbei unser RIS, die Bestellnummer reiche ich morgen nach.", True),
        ("Tomorrow, I am attaching the form.", False),
        ("Morgen kommt, wie gesagt, das Formular im Anhang.", False),
        ("Morgen zusammen, das Formular kommt morgen im Anhang.", False),
        ("I am attaching the form tomorrow.", False),
        ("We are attaching the form next week.", False),
        ("Das Formular kommt morgen im Anhang.", False),
        ("Das RIS folgt später als Anhang.", False),
        ("Sie bekommen das RIS nächste Woche im Anhang.", False),
        ("I could not open the form that you attached.", False),
        ("Is the key attached to one person?", False),
        ("Your mail says that a form is attached: I have not found it.", False),
        ("Who pays for a third seat?", False),
        ("In Ihrer E-Mail stand, das Formular sei angehängt.", False),
        ("The VAT number is in the attached form already.", False),
        ("The phone number is attached to Tom's account. Please change it.", False),
        ("We are attached to the Berlin office.", False),
        ("I attach great importance to a quick answer.", False),
        ("Our RIS is attached, I call on Monday.", True),
        ("Anbei unser RIS, ich rufe Sie am Montag an.", True),
        ("I have attached the form to my mail of Monday and heard nothing since.", False),
        ("We see that the form attached to our first mail was received.", False),
        ("See the attached form from last week.", False),
        ("I filled in the form attached.", False),
        ("Das steht doch im Anhang, den ich gestern geschickt habe.", False),
        ("Die Angaben sind im Anhang meiner ersten Mail.", False),
        ("Wie in der Anlage zum Vertrag vereinbart, drei Plätze.", False),
        ("Es hängt an der Anmeldung.", False),
    ],
)
def test_a_file_that_is_spoken_of_and_did_not_come_is_noticed(text: str, *, missed: bool) -> None:
    assert misses_file(a_mail(text)) is missed
    assert not misses_file(a_mail(text, files=(Enclosure(name="RIS.xlsx", type="x/y"),)))


@pytest.mark.parametrize(("size", "missed"), [(4_000, True), (400_000, False)])
def test_a_logo_is_no_such_file_and_a_photo_may_be_one(size: int, *, missed: bool) -> None:
    picture = Enclosure(name="image001.png", type="image/png", size=size)

    assert misses_file(a_mail("Please find our RIS attached.", files=(picture,))) is missed


def test_a_subject_does_not_outvote_what_is_said_below_it() -> None:
    assert not asks_for_form(a_mail("I sent it on Monday, why is there no answer?", "RIS form"))


def test_a_long_mail_wants_more_than_a_form() -> None:
    assert not asks_for_form(a_mail("Please send me the RIS form. " + "And then there is this. " * 100))


@pytest.mark.parametrize(
    "piece",
    [
        "send me ",
        "please send ",
        "bitte um ",
        "the form ",
        "ris ",
        "a ",
        "-",
        "mir das formular ",
        "see ",
        "my form ",
        "attached as discussed ",
        "i will a ",
    ],
)
def test_hostile_repetition_costs_no_time(piece: str) -> None:
    began = time.process_time()
    asks_for_form(a_mail(piece * (1_500 // len(piece)), piece * 25))
    misses_file(a_mail(piece * (1_500 // len(piece))))

    assert time.process_time() - began < 1
