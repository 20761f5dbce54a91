"""The sandbox lives on this machine alone: which names and addresses mean loopback."""

import ipaddress
from urllib.parse import urlsplit


def is_loopback_name(host: str) -> bool:
    """Whether a Host header, with or without a port, names this machine."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def require_loopback(host: str) -> str:
    if not is_loopback_name(f"[{host}]" if ":" in host else host):
        raise ValueError(f"the sandbox listens on loopback only, not on {host!r}")
    return host
