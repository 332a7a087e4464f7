"""A ruleset with a few rules changed, for trying out: the same checks as if the file had said so."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs

from commscore._loading._api import load_ruleset
from commscore._loading._dump import document_of, dump_document
from commscore._ruleset import Ruleset
from commscore.errors import RulesetError, UsageError

_KEYS = ("require", "weight", "due", "force", "veto", "where", "over")


def with_changes(ruleset: Ruleset, changes: Mapping[str, Any]) -> Ruleset:
    """Return a ruleset with some rules changed.

    Args:
        ruleset: The ruleset, which stays as it is.
        changes: By rule id, what its file would say: a requirement (``">= 12"``, ``{"urban": ">= 12"}``; scopes that
            are not named keep theirs), or a mapping of the keys require, weight, due, force, veto, where and over. The
            policy's words for a changed figure are dropped.

    Returns:
        The changed ruleset: the same id, another hash, no path.

    Raises:
        UsageError: There is no such rule, or a key that cannot be changed.
        RulesetError: The rule would be refused in a file, too.

    Example:
        >>> import commscore
        >>> loaded = commscore.load_ruleset("dalian-2023")
        >>> stricter = commscore.with_changes(loaded, {"social-orgs": {"urban": ">= 12"}})
        >>> next(rule for rule in stricter.rules if rule.id == "social-orgs").requirements["urban"].value
        Fraction(12, 1)
    """
    document = document_of(attrs.evolve(ruleset, cases=()))
    rules = {entry["id"]: entry for entry in document["rules"]}
    unknown = [_unknown(rule, rules) for rule in changes if rule not in rules]
    if unknown:
        raise UsageError("\n".join(unknown))
    for rule, change in changes.items():
        _change(rules[rule], rule, change)
    changed = f"{ruleset.id} with changes"
    with TemporaryDirectory(prefix="commscore-") as folder:
        path = Path(folder) / "ruleset.yaml"
        path.write_text(dump_document(document), encoding="utf-8")
        try:
            loaded = load_ruleset(path)
        except RulesetError as error:
            faults = [attrs.evolve(each, file=changed, line=None, column=None) for each in error.diagnostics]
            raise RulesetError(faults) from None
    return attrs.evolve(loaded, path=None, extends=ruleset.extends)


def _unknown(rule: str, rules: Mapping[str, Any]) -> str:
    near = get_close_matches(rule, rules, n=1)
    return f"there is no rule {rule!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def _change(entry: dict[str, Any], rule: str, change: Any) -> None:
    if not isinstance(change, Mapping) or set(change) <= {"urban", "rural", "all"}:
        change = {"require": change["all"] if isinstance(change, Mapping) and set(change) == {"all"} else change}
    strange = sorted(set(change) - set(_KEYS))
    if strange:
        raise UsageError(f"{rule}: {', '.join(strange)} cannot be changed here; what can: {', '.join(_KEYS)}")
    for key, value in change.items():
        before = entry.get(key)
        if key == "require" and isinstance(value, Mapping) and isinstance(before, Mapping):
            value = {**before, **value}  # noqa: PLW2901 - scopes that are not named stay
        entry[key] = value
    if "require" in change:
        entry.pop("phrase", None)
