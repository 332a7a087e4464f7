"""The parts of a compound in words: what each came to, for a unit or for an area that it is judged at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import attrs

from commscore._engine._area_outcomes import Spot
from commscore._engine._area_prices import node_price
from commscore._engine._kernel import judge
from commscore._engine._plan import COMPOUNDS, Node, RulePlan
from commscore._engine._prices import unit_numbers
from commscore._engine._run import is_nested_share
from commscore._engine._units import Units
from commscore._engine._verdicts import verdict
from commscore._report._inputs import title_of
from commscore._report._measures import (
    gap_text,
    known,
    measure_of,
    required_text,
    requirement_of,
    span_text,
    value_text,
)
from commscore._report._numbers import ends_of
from commscore._report._words import Words
from commscore._ruleset import ALL, Input, Part
from commscore._status import REASONS, STATUSES, Reason, Status

if TYPE_CHECKING:
    from commscore._results import Result


@attrs.frozen
class _Found:
    """What a part came to."""

    status: str
    reason: str | None
    low: float | None = None
    high: float | None = None
    gap: float | None = None


_ABSENT = _Found(Status.UNKNOWN, Reason.MISSING_COLUMN)


def parts_text(node: Node, scope: str | None, inputs: Mapping[str, Input], w: Words) -> str:
    """Write what each part of a compound requires."""
    texts = []
    for child in node.children:
        if child.form in COMPOUNDS:
            inner = parts_text(child, scope, inputs, w)
            texts.append(w.form(child.form, child.part.n) + w.bracketed(inner))
        else:
            texts.append(f"{_titles(child.part, inputs, w)} {required_text(child.part, scope, inputs, w)}")
    return w("semicolon").join(texts)


def unit_parts(node: Node, row: Units, scope: str | None, w: Words, *, above: str = "") -> Iterator[str]:
    """Write what each part of a compound came to for a unit, numbered as in the file.

    Args:
        node: The compound.
        row: The unit, as a block of one row.
        scope: Of the finding; null where it is not known.
        w: The language.
        above: The number of the part that this compound is itself.
    """
    for at, child in enumerate(node.children, start=1):
        found = _ABSENT if child.absent is not None else _of_unit(child, row)
        yield f"{above}{at}) {_written(child.part, found, scope, row.inputs, w)}"
        if child.absent is None and child.form in COMPOUNDS:
            yield from unit_parts(child, row, scope, w, above=f"{above}{at}.")


def _of_unit(node: Node, row: Units) -> _Found:
    verdicts = judge(node, row)
    numbers = unit_numbers(node, row, verdicts)
    value, gap = (float(number[0]) for number in (numbers.value, numbers.gap))
    status, reason = STATUSES[verdicts.status[0]], _reason(int(verdicts.reason[0]))
    return _Found(status, reason, value, value, gap)


def _reason(code: int) -> str | None:
    return REASONS[code] if code < len(REASONS) else None


def area_parts(result: Result, plan: RulePlan, scope: str, key: str, w: Words) -> Iterator[str]:
    """Write what each part of a compound came to in an area that it is judged at."""
    at = result.run.tally.index(plan.judged).ids[key]
    for i, child in enumerate(plan.node.children):
        found = _of_area(result, child, Spot(plan.index, (i,), scope, plan.judged), at)
        if found is not None:
            yield f"{i + 1}) {_written(child.part, found, scope, result.ruleset.inputs, w)}"


def _of_area(result: Result, node: Node, spot: Spot, at: int) -> _Found | None:
    """Return what a part came to in an area; null for what is put together from further areas or parts."""
    if node.absent is not None:
        return _ABSENT
    if node.form in COMPOUNDS or is_nested_share(node):
        return None
    tally = result.run.tally
    outcome = verdict(node, tally.at(spot.leaf, spot.level), len(tally.index(spot.level).labels), spot.scope)
    status, reason = STATUSES[outcome.verdicts.status[at]], _reason(int(outcome.verdicts.reason[at]))
    if outcome.span is None or status == Status.NOTAPPLICABLE:
        return _Found(status, reason)
    low, high = float(outcome.span.low()[at]), float(outcome.span.high()[at])
    gap = float(node_price(result.run, node, spot, outcome)[0][at]) if status == Status.FAIL else None
    return _Found(status, reason, low, high, gap)


def _written(part: Part, found: _Found, scope: str | None, inputs: Mapping[str, Input], w: Words) -> str:
    """Write a part: its status and why, its value, what it requires and what is lacking."""
    head = w.status(found.status)
    if found.reason is not None:
        head += w.bracketed(w.reason(found.reason, found.status))
    if part.assessment in COMPOUNDS:
        return head + w("semicolon") + w.form(part.assessment, part.n)
    requirement = requirement_of(part, scope)
    measure = measure_of(part, inputs, requirement)
    texts = []
    if known(found.low) and found.low == found.high:
        texts.append(value_text(float(found.low or 0), measure, requirement, found.status, w))
    elif known(found.low) or known(found.high):
        span = tuple(end if known(end) else None for end in (found.low, found.high))
        texts.append(span_text((span[0], span[1]), measure, ends_of(requirement), w))
    texts.append(f"{w('required')} {required_text(part, scope or ALL, inputs, w)}")
    if known(found.gap) and found.gap:
        texts.append(gap_text((found.gap, found.low), part, requirement, inputs, w))
    return head + w("semicolon") + _titles(part, inputs, w) + w("colon") + w("comma").join(texts)


def _titles(part: Part, inputs: Mapping[str, Input], w: Words) -> str:
    names = part.inputs or tuple(name for child in part.parts for name in child.inputs)
    return w.several(title_of(name, inputs, w) for name in names)
