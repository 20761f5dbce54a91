"""A second click on what opens a page behind a new token is led to the page that the first has opened."""

import base64
import hmac


def derive(token: str, sent: str) -> str:
    """The new token; it follows from what was sent by a link, and in which browser, so that nothing is kept.

    Whoever has the link later lacks what only that browser knew, and comes to another, which opens nothing.
    """
    key, said = (text.encode("utf-8", "surrogatepass") for text in (token, sent))
    made = hmac.digest(key, said, "sha256")
    return base64.urlsafe_b64encode(made).decode().rstrip("=")
