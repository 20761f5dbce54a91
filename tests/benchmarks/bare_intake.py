"""The yardstick of intake: fetch, open and check the same cells with the same libraries, and keep nothing."""

import io
import sys
from email import message_from_bytes

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from imapclient import IMAPClient
from python_calamine import CalamineWorkbook

BATCH = 100
COUNTRY, CONTACT_EMAIL, CONTACT_PHONE = "Country *", "Contact: e-mail *", "Contact: phone"
EMAIL, PHONES = "E-mail *", ("Phone 1 *", "Phone 2", "Phone 3")


def is_phone(text: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False


def is_address(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def check(content: bytes) -> int:
    """Check a form's phones and addresses; return how many are sound."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    company = {str(row[0]): str(row[1]) for row in book.get_sheet_by_name("Company").to_python()}
    region = company[COUNTRY]
    sound = is_address(company[CONTACT_EMAIL]) + is_phone(company[CONTACT_PHONE], region)
    rows = iter(book.get_sheet_by_name("Users").to_python())
    heading = next(row for row in rows if EMAIL in row)
    email = heading.index(EMAIL)
    phones = [heading.index(name) for name in PHONES]
    for row in rows:
        sound += bool(row[email]) and is_address(str(row[email]))
        sound += sum(bool(row[column]) and is_phone(str(row[column]), region) for column in phones)
    return sound


def take_in(raw: bytes) -> int:
    for part in message_from_bytes(raw).walk():
        if part.get_filename():
            content = part.get_payload(decode=True)
            return check(content) if isinstance(content, bytes) else 0
    return 0


def main(port: int, user: str, password: str) -> None:
    client = IMAPClient("127.0.0.1", port, ssl=False)
    client.login(user, password)
    client.select_folder("INBOX", readonly=True)
    uids = client.search()
    sound = 0
    for start in range(0, len(uids), BATCH):
        found = client.fetch(uids[start : start + BATCH], ["BODY.PEEK[]", "INTERNALDATE"])
        sound += sum(take_in(parts[b"BODY[]"]) for parts in found.values())
    client.logout()
    print(f"bare: {len(uids)} mails, {sound} sound phones and addresses")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
