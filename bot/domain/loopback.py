"""What is a host, what a web address, and which stay on this machine: they need no proxy and no TLS."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_encodable(host: str) -> bool:
    """Whether a name can be looked up: none of its labels is empty or too long."""
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


def is_host(value: str) -> bool:
    """Whether it is an address of the internet's, or a name that can be looked up."""
    try:
        ip_address(value)
    except ValueError:
        return re.fullmatch(r"[\w-]+(?:\.[\w-]+)*\.?", value) is not None and is_encodable(value)
    return True


def is_web_address(url: str) -> bool:
    """Well-formed, of http or https."""
    try:
        parts = urlsplit(url)
        well_formed = (
            parts.hostname
            and is_encodable(parts.hostname)
            and parts.port != 0
            and url.isascii()
            and url.isprintable()
        )
    except ValueError:
        return False
    return bool(well_formed) and " " not in url and parts.scheme in {"http", "https"}


def keeps_secrets(url: str) -> bool:
    """A web address, and nobody on the way can read what is sent there."""
    return is_web_address(url) and (urlsplit(url).scheme == "https" or is_loopback(url))


def is_root(url: str) -> bool:
    """Whether a web address names a server and nothing on it: no path, query, fragment or log-in."""
    parts = urlsplit(url)
    return url.removesuffix("/").partition("://")[2] == parts.netloc and "@" not in parts.netloc
