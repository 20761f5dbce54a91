"""What is kept of a token that opens something: its hash, and never itself."""

import hashlib


def hash_of(token: str) -> str:
    """Hex SHA-256; whatever a browser sends as a token has one."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
