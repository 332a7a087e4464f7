"""Rulesets from YAML files: loading, checking, listing, writing."""

from commscore._loading._api import (
    Inspection,
    check_ruleset,
    inspect_ruleset,
    list_rulesets,
    load_catalogue,
    load_lineage,
    load_ruleset,
    years_of,
)
from commscore._loading._changing import with_changes
from commscore._loading._codes import code_names
from commscore._loading._dump import dump_ruleset
from commscore._loading._identity import canonical, fingerprint
from commscore._loading._listing import RulesetRecord
from commscore._loading._schema import catalogue_schema, json_schema

__all__ = [
    "Inspection",
    "RulesetRecord",
    "canonical",
    "catalogue_schema",
    "check_ruleset",
    "code_names",
    "dump_ruleset",
    "fingerprint",
    "inspect_ruleset",
    "json_schema",
    "list_rulesets",
    "load_catalogue",
    "load_lineage",
    "load_ruleset",
    "with_changes",
    "years_of",
]
