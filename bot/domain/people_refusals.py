"""Why the rules say no to exporting or erasing somebody."""

from bot.domain.errors import Refusal


class NobodyFound(Refusal):
    """Nothing is kept under that User ID or address; values: name."""

    code = "nobody_found"


class PeopleShareAddress(Refusal):
    """Several people have accounts at that address; values: user_ids."""

    code = "people_share_address"


class ErasureWaits(Refusal):
    """Something has to be over first; values: what."""

    code = "erasure_waits"


class ErasureNotSeen(Refusal):
    """What was found is not what the dry run showed, or there was none."""

    code = "erasure_not_seen"


class ErasureAsked(Refusal):
    """It was asked for already; values: ref."""

    code = "erasure_asked"


class ErasureUnknown(Refusal):
    """No such erasure."""

    code = "erasure_unknown"


class ErasureSettled(Refusal):
    """It is over, or under way; values: ref."""

    code = "erasure_settled"


class ErasureOutdated(Refusal):
    """What is kept of them has changed since it was asked for; values: ref."""

    code = "erasure_outdated"


class PageExists(Refusal):
    """The file for the readable page is there already; values: file."""

    code = "page_exists"
