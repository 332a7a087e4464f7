"""Rulesets from YAML files: loading, checking, listing, writing."""

from commscore._loading._api import (
    check_ruleset,
    list_rulesets,
    load_catalogue,
    load_lineage,
    load_ruleset,
)
from commscore._loading._listing import RulesetRecord

__all__ = [
    "RulesetRecord",
    "check_ruleset",
    "list_rulesets",
    "load_catalogue",
    "load_lineage",
    "load_ruleset",
]
