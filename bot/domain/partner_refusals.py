"""Why the rules say no where partners are invited, register and sign in."""

from bot.domain.errors import NotApprover, Refusal


class PartnerInvited(Refusal):
    """An invitation to that address is open already; values: ref."""

    code = "partner_invited"


class InvitationOver(Refusal):
    """Its person has registered, or it was withdrawn; values: ref."""

    code = "invitation_over"


class InvitationMailRests(Refusal):
    """It was mailed a moment ago, or often today; values: ref, most."""

    code = "invitation_mail_rests"


class PartnerThere(Refusal):
    """That address has an account of the Extranet; values: user_id."""

    code = "partner_there"


class UndoesClosing(NotApprover):
    """Their account was closed by hand, and inviting them undoes that; values: user_id beside the others."""

    code = "undoes_closing"


class InvitationsRest(Refusal):
    """The desk has invited as many people as it does in a day; values: most."""

    code = "invitations_rest"


class InvitationUnsound(Refusal):
    """What was typed into the modal invites nobody; values: column, fault."""

    code = "invitation_unsound"


class NobodyNamed(Refusal):
    """Neither an address nor a file, or both."""

    code = "nobody_named"


class AccountsOutside(Refusal):
    """The Extranet's accounts are kept elsewhere; nobody is invited from here."""

    code = "accounts_outside"


class AppCodeWrong(Refusal):
    """Not the digits that the app to be set up shows now."""

    code = "app_code_wrong"


class AppGone(Refusal):
    """Their authenticator cannot be read, as after a lost SECRET_KEY: a recovery code lets them in."""

    code = "app_gone"


class RequestSettled(Refusal):
    """A colleague has decided about that request before; values: by."""

    code = "request_settled"
