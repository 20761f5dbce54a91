"""What every use case knows of this desk: its policy, its names, its keys, its codes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.addresses import reaches_desk
from bot.domain.delivery import Delivery
from bot.domain.keyring import Keyring
from bot.domain.mail import Address
from bot.domain.staff import Act
from bot.domain.terms import Terms
from bot.policy import Policy
from bot.ports import Codes, Hasher

#: begin what mails to partners are about: an account that came by no case, an invitation
PARTNERS = ("A-", "P-")


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Values from settings and policy; `new_token` gives 256 random bits as text."""

    policy: Policy
    keyring: Keyring
    codes: Codes
    hasher: Hasher
    delivery: Delivery
    mail_from: Address
    own_addresses: frozenset[str]
    sponsors: tuple[str, ...]
    trusted_authserv_id: str
    portal_url: str
    approvals_channel: str
    support_channel: str
    groups: Mapping[Act, tuple[str, ...]]  #: who decides about what: ids, addresses, user groups
    templates_dir: Path | None = None  #: overrides of the mails' wording
    terms: Terms = field(default_factory=dict)  #: what is accepted before an application opens
    new_token: Callable[[], str]

    def sender_of(self, ref: str) -> Address:
        """From whom a mail about that comes: those to partners have a sender of their own."""
        if not ref.startswith(PARTNERS):
            return self.mail_from
        extranet = self.policy.extranet
        address = extranet.sender_address.lower() or self.mail_from.address
        return Address(name=extranet.sender_name, address=address)

    def is_reached_at(self, address: str) -> bool:
        """Whether that is an address of this desk, which is nobody's to have an account at."""
        return reaches_desk(address, self.own_addresses)

    def page_url(self, path: str, *, lang: str) -> str:
        """A page of the portal that belongs to nobody's link, in the language of the mail that names it."""
        return f"{self.portal_url}/{path}?lang={lang}"
