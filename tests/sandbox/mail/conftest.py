"""A running mail world for each test, and plain clients to poke it with."""

import ipaddress
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from imapclient import IMAPClient

from bot.sandbox.mail import MailWorld

DESK = "onboarding@usher.example"
DANA = "dana@sponsor.example"
PASSWORD = "a password"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

Connect = Callable[[], IMAPClient]


class Clock:
    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time

    def forward(self, by: timedelta) -> None:
        self.time += by


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> Iterator[MailWorld]:
    with MailWorld(now=clock, accounts={DESK: PASSWORD}) as world:
        yield world


@pytest.fixture
def connect(world: MailWorld) -> Iterator[Connect]:
    """Signs in to the desk's mailbox with INBOX selected, as often as it is called."""
    clients: list[IMAPClient] = []

    def sign_in() -> IMAPClient:
        client = IMAPClient(world.host, world.imap_port, ssl=False, timeout=5)
        clients.append(client)
        client.login(DESK, PASSWORD)
        client.select_folder("INBOX")
        return client

    yield sign_in
    for client in clients:
        client.shutdown()


def a_mail(subject: str = "A question", *, to: str = DESK, from_: str = DANA, more: str = "") -> bytes:
    return f"From: {from_}\r\nTo: {to}\r\nSubject: {subject}\r\n{more}\r\nHello desk.\r\n".encode()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed one for 127.0.0.1, key included."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    cert = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "cert.pem"
    path.write_bytes(
        cert.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def client_context(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))
