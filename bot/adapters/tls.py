"""One TLS context for every line that leaves the house: the system's authorities and those of CA_BUNDLE."""

import ssl
from pathlib import Path

from bot.domain.errors import SettingsFault


def build_context(ca_bundle: Path | None = None) -> ssl.SSLContext:
    """Verify certificates and host names; a bundle adds to the system's authorities, it replaces none."""
    context = ssl.create_default_context()
    if ca_bundle is None:
        return context
    try:
        context.load_verify_locations(cafile=str(ca_bundle))
    except ssl.SSLError:
        raise SettingsFault(f"CA_BUNDLE: {ca_bundle} holds no certificate; give a file in PEM form") from None
    except OSError as exc:
        raise SettingsFault(
            f"CA_BUNDLE: {ca_bundle} cannot be read ({exc.strerror}); name a readable PEM file"
        ) from None
    return context
