"""Rulesets from YAML files: loading, checking, listing, writing."""

from commscore._loading._api import (
    check_ruleset,
    list_rulesets,
    load_catalogue,
    load_lineage,
    load_ruleset,
)
from commscore._loading._dump import dump_ruleset
from commscore._loading._identity import canonical, fingerprint
from commscore._loading._listing import RulesetRecord
from commscore._loading._schema import catalogue_schema, json_schema

__all__ = [
    "RulesetRecord",
    "canonical",
    "catalogue_schema",
    "check_ruleset",
    "dump_ruleset",
    "fingerprint",
    "json_schema",
    "list_rulesets",
    "load_catalogue",
    "load_lineage",
    "load_ruleset",
]
