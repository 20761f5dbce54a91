"""What a server or the network said, made fit for a failure: one short line, no address in full."""

import re
import socket
import ssl

LONGEST = 200
_LOCAL_PART = re.compile(r"([^\s<>@\"'(),:;]{1,64})@")
#: no server's word is as long as this, but a token or its base64 is
_TOKEN = re.compile(r"[A-Za-z0-9+/=_.~-]{80,}")
#: control characters, half characters, and those that turn or hide what follows
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\u00a0-\u200a\u2010-\u2027\u2030-\u205f\u2070-\ud7ff\ue000-\ufffd]+")

_UNKNOWN_AUTHORITY = "name its authority's file in CA_BUNDLE, and check the host name"
_WRONG_NAME = "check the host in the settings: the server is known by another name"
#: by OpenSSL's X509_V_ERR_…
_CERTIFICATE_MENDS = {
    9: "check this machine's clock: it is not valid yet",
    10: "let whoever runs the server renew it, or check this machine's clock",
    62: _WRONG_NAME,
    64: _WRONG_NAME,
}


def remark(said: object) -> str:
    """Put a server's answer into one short line; logs carry no address in full, so local parts are cut."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    text = _UNPRINTABLE.sub(" ", text)
    text = _LOCAL_PART.sub(lambda found: f"{found[1][0]}…@", text)
    text = _TOKEN.sub("…", text)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def line_trouble(exc: OSError) -> str:
    """Say what is wrong with a connection, in words that name the mend where there is one."""
    if isinstance(exc, ssl.SSLCertVerificationError):
        mend = _CERTIFICATE_MENDS.get(getattr(exc, "verify_code", 0), _UNKNOWN_AUTHORITY)
        return f"its certificate is not trusted ({remark(getattr(exc, 'verify_message', ''))}): {mend}"
    if isinstance(exc, ssl.SSLError):
        reason = remark(getattr(exc, "reason", "") or "broken off")
        return f"no TLS came about ({reason}): check the port and the TLS setting"
    if isinstance(exc, socket.gaierror):
        return "its name is not known: check the host in the settings, or the name service"
    if isinstance(exc, ConnectionRefusedError):
        return "nobody listens there: check host and port"
    if isinstance(exc, TimeoutError):
        return "no answer in time"
    return f"the line broke ({remark(exc.strerror or type(exc).__name__)})"
