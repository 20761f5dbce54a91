"""Which web addresses stay on this machine: they need no proxy and no TLS."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def keeps_secrets(url: str) -> bool:
    """Well-formed, and nobody on the way can read what is sent there."""
    try:
        parts = urlsplit(url)
        well_formed = parts.hostname and parts.port != 0 and url.isascii() and url.isprintable()
    except ValueError:
        return False
    if not well_formed or " " in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(url))
