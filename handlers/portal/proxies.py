"""Who really asks: forwarded headers are believed from TRUSTED_PROXIES only, and dropped from anyone else."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.middleware.proxy_fix import ProxyFix

FORWARDED = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_FORWARDED_PROTO",
)


def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address as peers and headers write it; None when it is none."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


class TrustedProxies:
    """A WSGI wrapper around werkzeug's ProxyFix, which by itself would believe everybody.

    `headers`: further names that only those proxies may set.
    """

    def __init__(self, app: WSGIApplication, networks: Sequence[str], headers: Sequence[str] = ()) -> None:
        self._app = app
        self._dropped = (*FORWARDED, *(f"HTTP_{name.upper().replace('-', '_')}" for name in headers if name))
        self._networks: list[IPv4Network | IPv6Network] = [
            ip_network(name, strict=False) for name in networks
        ]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not self._trusts(environ.get("REMOTE_ADDR", "")):
            for name in self._dropped:
                environ.pop(name, None)
            return self._app(environ, start_response)
        hops = self._count_hops(environ.get("HTTP_X_FORWARDED_FOR", ""))
        return ProxyFix(self._app, x_for=hops, x_proto=1, x_host=1)(environ, start_response)

    def _count_hops(self, forwarded_for: str) -> int:
        """How far from the right the list is written by proxies of ours; what is left of that is hearsay."""
        addresses = forwarded_for.split(",")
        hops = 1
        while hops < len(addresses) and self._trusts(addresses[-hops]):
            hops += 1
        return hops

    def _trusts(self, text: str) -> bool:
        address = read_address(text)
        return address is not None and any(address in network for network in self._networks)
