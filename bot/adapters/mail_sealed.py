"""Mails within one sealed block: S/MIME signed and taken out again, or encrypted."""

from typing import Final

SMIME: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
PGP: Final = "multipart/encrypted"
PGP_TEXT: Final = "-----BEGIN PGP MESSAGE-----"
_DEEPEST: Final = 12
_MOST: Final = 20_000  #: parts of one block
_SIGNED: Final = bytes.fromhex("06092a864886f70d010702")  #: PKCS #7 signedData
_DATA: Final = bytes.fromhex("06092a864886f70d010701")
_OCTETS: Final = 4
_BUILT: Final = 0x20
_ENDLESS: Final = 0x80


def signed_mail(content: bytes) -> bytes | None:
    """The mail in an opaque S/MIME signature, which nobody has checked; None where it is none.

    It stands as the octets of the first `data` (RFC 5652, 5.1), in pieces where its program wrote it so.
    """
    if _SIGNED not in content[:60]:
        return None
    at = content.find(_DATA)
    if at < 0:
        return None
    try:
        pieces = _Pieces(content)
        pieces.read(at + len(_DATA), 0)
    except (IndexError, ValueError):
        return None
    return b"".join(pieces.found) or None


class _Pieces:
    """The octet strings within one element of BER, in their order."""

    def __init__(self, content: bytes) -> None:
        self.found: list[bytes] = []
        self._content = content
        self._met = 0

    def read(self, at: int, depth: int) -> int:
        """Read the element there; return where the next begins. Raise IndexError, ValueError."""
        self._met += 1
        if depth > _DEEPEST or self._met > _MOST:
            raise ValueError("too much within it")
        tag, length, at = self._content[at], *self._length(at + 1)
        if tag & _BUILT:
            return self._parts(at, length, depth)
        if at + (length or 0) > len(self._content) or length is None:
            raise ValueError("cut off")
        if tag == _OCTETS:
            self.found.append(self._content[at : at + length])
        return at + length

    def _parts(self, at: int, length: int | None, depth: int) -> int:
        end = None if length is None else at + length
        while self._content[at : at + 2] != b"\0\0" if end is None else at < end:
            at = self.read(at, depth + 1)
        return at + 2 if end is None else at

    def _length(self, at: int) -> tuple[int | None, int]:
        """How long the element is, None where its end is marked, and where it begins."""
        first = self._content[at]
        if first == _ENDLESS:
            return None, at + 1
        if first < _ENDLESS:
            return first, at + 1
        many = first - _ENDLESS
        return int.from_bytes(self._content[at + 1 : at + 1 + many]), at + 1 + many
