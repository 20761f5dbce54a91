"""Why a case is not taken for an addition to an organisation, nor a form for the newest of a case."""

from bot.domain.errors import Refusal


class OrganisationUnsaid(Refusal):
    """It lacks what only an addition may lack, and nobody has said that it is one; values: ref."""

    code = "organisation_unsaid"


class NotItsNewerForm(Refusal):
    """Why a form is not the newest of the other case; values: ref, other, status, and of these the reason.

    later: the other came after it; sponsor: another sent it; unlike: nothing says that they are one company.
    """

    code = "not_its_newer_form"


class NewerCorrection(Refusal):
    """Another corrected form of that decided case came after this one; values: ref."""

    code = "newer_correction"


class OtherVersion(Refusal):
    """Two forms may be versions of one, and nobody said which counts.

    Values: ref, first, later: of both the one whose card asks; received: nobody took the first in; older: the
    later cannot take its place.
    """

    code = "other_version"


class PeopleKnown(Refusal):
    """Some of its people are at one that stands, and nobody said whether it is that; ref, other, people."""

    code = "people_known"
