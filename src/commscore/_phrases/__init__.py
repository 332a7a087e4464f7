"""Requirements as policies and rulesets write them: from words to comparator and number."""

from commscore._phrases._agreement import LONGEST_PHRASE, agrees
from commscore._phrases._parsing import parse_requirement, requirement_from_scalar

__all__ = ["LONGEST_PHRASE", "agrees", "parse_requirement", "requirement_from_scalar"]
