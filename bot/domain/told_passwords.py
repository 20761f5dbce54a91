"""Whether somebody has written a password into their words, for whoever reads it to say so."""

import re

#: "my password is …", "Passwort: …"; what follows is one word with a digit and a letter, and no address
_TOLD = re.compile(
    r"\b(?:passwor[dt]|kennwort|passphrase)\s*(?:is|ist|lautet|war|was|[:=])\s*[\"'“„]?"
    r"(?!\w+://|www\.)(?=\S*\d)(?=\S*[^\W\d_])\S{6,}",
    re.IGNORECASE,
)


def tells_password(text: str) -> bool:
    """Only what is likely: a line too few harms nobody, one too many teaches to read past it."""
    return bool(_TOLD.search(text))
