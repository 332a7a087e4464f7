"""How many would pass, as a function of the figure that a rule asks for."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa

from commscore._loading import with_changes
from commscore._requirement import Comparator, Requirement, describe
from commscore._ruleset import Rule, Ruleset
from commscore.errors import UsageError

if TYPE_CHECKING:
    from commscore._results import Result

_FIGURE = frozenset(
    {Comparator.AT_LEAST, Comparator.MORE_THAN, Comparator.AT_MOST, Comparator.LESS_THAN, Comparator.IS, Comparator.ALL}
)
_COUNTS = ("n_pass", "n_fail", "n_unknown", "n_error", "pass_rate_low", "pass_rate", "pass_rate_high")


def sweep(result: Result, rule: str, thresholds: Sequence[Any], *, scope: str | None) -> Any:
    """Return one row per threshold: see `Result.sweep`."""
    own = next((each for each in result.ruleset.rules if each.id == rule), None)
    if own is None:
        raise UsageError(f"rule: {result.ruleset.id} has no {rule!r}")
    found, asked = _moved(own, scope)
    alone = _alone(result.ruleset, own, found)
    rows = []
    for threshold in thresholds:
        moved = attrs.evolve(asked, comparator=_moving(asked), value=_exact(threshold), phrase=None)
        counted = result.under(with_changes(alone, {rule: {found: describe(moved)}})).rules.to_pylist()[0]
        shown = {"threshold": float(moved.value), "required": describe(moved)}  # type: ignore[arg-type]
        rows.append(shown | {name: counted[name] for name in _COUNTS})
    return pa.Table.from_pylist(rows, schema=SCHEMA)


SCHEMA = pa.schema(
    [
        ("threshold", pa.float64()),
        ("required", pa.string()),
        *((name, pa.int64()) for name in _COUNTS[:4]),
        *((name, pa.float64()) for name in _COUNTS[4:]),
    ]
)


def _moved(rule: Rule, scope: str | None) -> tuple[str, Requirement]:
    """Return the scope whose requirement is moved, and that requirement."""
    asked = rule.requirements
    if not asked:
        raise UsageError(f"rule: {rule.id} has no figure of its own to move")
    found = scope or next(iter(asked))
    if found not in asked or (scope is None and len(asked) > 1):
        raise UsageError(f"scope: {rule.id} asks by scope; give one of {', '.join(asked)}")
    if asked[found].comparator not in _FIGURE or not isinstance(asked[found].value, Fraction):
        raise UsageError(f"rule: {rule.id} asks for {describe(asked[found])}, which is no single figure")
    return found, asked[found]


def _alone(ruleset: Ruleset, rule: Rule, scope: str) -> Ruleset:
    """Return the ruleset with one rule only, due and scored, since what is asked is how many would pass."""
    only = attrs.evolve(rule, requirements={scope: rule.requirements[scope]}, group=None, due=None, phrase=None)
    return attrs.evolve(ruleset, rules=(only,), groups=(), cases=(), conclusions=(), unscored=())


def _moving(asked: Requirement) -> Comparator:
    """All (100%) can only be asked for less as "at least"."""
    return Comparator.AT_LEAST if asked.comparator is Comparator.ALL else asked.comparator


def _exact(threshold: Any) -> Fraction:
    """Return a figure exactly: a float as the decimal that it is written as."""
    try:
        if not isinstance(threshold, bool):
            return Fraction(str(threshold)) if isinstance(threshold, float | str) else Fraction(threshold)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        pass
    raise UsageError(f"thresholds: {threshold!r} is no number")
