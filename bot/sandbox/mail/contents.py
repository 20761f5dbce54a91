"""A mail's bytes, kept as they came: MIME is taken apart only for the client that asks for its structure."""

from functools import cached_property

from pymap.mime import MessageBody, MessageContent, MessageHeader


class RawContent(MessageContent):
    """pymap parses every mail at delivery, which hostile mail makes fail or last.

    A thousand nested parts end in a RecursionError, a hundred thousand empty ones take 20 s.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._raw = memoryview(data)

    def __bytes__(self) -> bytes:
        return self._data

    @cached_property  # type: ignore[misc]
    def header(self) -> MessageHeader:
        header, _ = self._split_lines(self._data, self._find_lines(self._data))
        return MessageHeader._parse(self._data, self._raw, header)  # noqa: SLF001

    @cached_property  # type: ignore[misc]
    def body(self) -> MessageBody:
        _, body = self._split_lines(self._data, self._find_lines(self._data))
        content_type = self.header.parsed.content_type
        return MessageBody._parse(self._data, self._raw, body, content_type)  # noqa: SLF001

    @property  # type: ignore[misc]
    def lines(self) -> int:
        return self._data.count(b"\n")
