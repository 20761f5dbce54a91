"""A RIS as a customer's own system gives it out: its labels, its order, its separators."""

import csv
import io

from bot.domain.ris import Credential, Role
from bot.sandbox.invented import Organisation

_ROLES = {
    Role.ORGANIZATION_ADMINISTRATOR: "Organisationsadministrator",
    Role.APPLICATION_ADMINISTRATOR: "Anwendungsadministrator",
    Role.USER: "Benutzer",
}
_CREDENTIALS = {Credential.PHONE_OTP: "Telefon-OTP", Credential.MLOA_HARDWARE: "FIS MLOA Hardware"}


def own_form(org: Organisation) -> str:
    """Write company and people below each other, as semicolon-separated lines."""
    company = org.company
    table: list[list[object]] = [
        ["Stammdatenblatt Neukunde"],
        [],
        ["Firmenname", company.name],
        ["Straße", company.street],
        ["PLZ / Ort", f"{company.postal_code} {company.city}"],
        ["Land", company.country],
        ["Internet", company.website],
        ["USt-IdNr.", company.vat_id],
        ["Art des Partners", "Kunde"],
        ["Anwendung", company.application],
        ["Anzahl Lizenzen", company.seats],
        ["Bestellnummer", company.purchase_order],
        ["Ansprechpartner", company.contact_name],
        ["E-Mail Ansprechpartner", company.contact_email],
        [],
        ["Lfd. Nr.", "Anrede", "Name, Vorname", "Mail", "Mobil", "Festnetz", "Funktion", "Rolle", "Zugang"],
    ]
    for number, user in enumerate(org.users, 1):
        table.append(
            [
                number,
                "Frau" if user.salutation == "Ms" else "Herr",
                f"{user.last_name}, {user.first_name}",
                user.email,
                *user.phones[:2],
                user.job_title,
                _ROLES[Role(user.role)],
                _CREDENTIALS[Credential(user.credential)],
            ]
        )
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(table)
    return text.getvalue()
