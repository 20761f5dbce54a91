"""What is known of an organisation that is to be registered, line by line, in the reader's words."""

from dataclasses import replace

from bot.domain.ris import Company
from bot.rendering import case_facts
from bot.rendering.case_facts import Values
from bot.rendering.words import Words


def facts_of(company: Company, words: Words) -> list[Values]:
    """Each with `field` and `value`; what is missing is left away, and so is what is the sponsor's affair."""
    return case_facts.company(replace(company, purchase_order="", seats=""), words)
