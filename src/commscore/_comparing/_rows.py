"""Rows that come to a given value, so that a witness can be pasted into ``evaluate``."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from commscore._comparing._comparison import Cell
from commscore._comparing._domains import is_flag, is_ratio, step_of
from commscore._requirement import Requirement, interval
from commscore._ruleset import ALL, Filter, Input, Part

Rows = tuple[Mapping[str, Cell], ...]
_MOST_ROWS = 200
_NONE: tuple[Rows, str] = ((), "community")


def rows_for(
    part: Part, scope: str, value: Fraction, *, reference: str | None, inputs: Mapping[str, Input]
) -> tuple[Rows, str]:
    """Make rows that an assessment judges to be a value.

    Args:
        part: The assessment.
        scope: The kind of unit that the value is for, or ``all``.
        value: The value; of a ratio before ``per``, of a relative requirement the quotient by ``reference``.
        reference: The input that the requirement refers to.
        inputs: The catalogue.

    Returns:
        The rows and their level; no rows where none could be made in a simple way.
    """
    names = (*_assessed(part), *(() if reference is None else (reference,)))
    levels = {inputs[name].level for name in names if name in inputs}
    base = _base(part, scope, inputs)
    if len(levels) > 1 or base is None or any(name not in inputs for name in names if name != "units"):
        return _NONE
    cells = _relative(part, value, reference, inputs) if reference is not None else _cells(part, value, inputs)
    if any(not _allowed(inputs[name], cell) for row in cells for name, cell in row.items()):
        return _NONE
    rows = tuple({**base, **{name: _typed(name, cell, inputs) for name, cell in row.items()}} for row in cells)
    return (rows, levels.pop() if levels else "community") if all(rows) else _NONE


def _assessed(part: Part) -> tuple[str, ...]:
    return part.parts[0].inputs if part.assessment == "share" else part.inputs


def _typed(name: str, cell: Fraction, inputs: Mapping[str, Input]) -> Cell:
    declared = inputs[name]
    if is_flag(name, inputs):
        return bool(cell)
    return cell * {"percent": 100, "permille": 1000}.get(declared.stored_as, 1)


def _allowed(declared: Input, cell: Fraction) -> bool:
    inside = (declared.min is None or cell >= declared.min) and (declared.max is None or cell <= declared.max)
    return inside and cell % step_of(declared) == 0


def _base(part: Part, scope: str, inputs: Mapping[str, Input]) -> dict[str, Cell] | None:
    """Give the cells that let a unit in; null where a filter cannot be met in a simple way."""
    base: dict[str, Cell] = {} if scope == ALL else {"kind": scope}
    for found in part.where:
        cell = _passing(found, inputs)
        if cell is None:
            return None
        base.setdefault(found.input, cell)
    return base


def _passing(found: Filter, inputs: Mapping[str, Input]) -> Cell | None:
    if found.requirement is None:
        return found.values[0] if found.values else None
    declared = inputs.get(found.input)
    if declared is None:
        return None
    value = _amount(found.requirement, declared)
    return None if value is None else _typed(found.input, value, inputs)


def _amount(asked: Requirement, declared: Input) -> Fraction | None:
    met, step = interval(asked), step_of(declared)
    lower = declared.min or Fraction(0)
    candidates = (met.lower, met.upper, lower, *(end + step for end in (met.lower,) if end is not None))
    fitting = (end for end in candidates if end is not None and end in met and _allowed(declared, end))
    return next(fitting, None)


def _cells(part: Part, value: Fraction, inputs: Mapping[str, Input]) -> list[dict[str, Fraction]]:
    match part.assessment:
        case _ if is_ratio(part):
            return [_quotient(part.inputs[0], part.inputs[1], value, inputs)] if "units" not in part.inputs else []
        case "each" | "total" if part.inputs != ("units",):
            return [{part.inputs[0]: value}]
        case "change":
            more, less = part.inputs
            return [{more: max(value, Fraction(0)), less: max(-value, Fraction(0))}] if more != less else []
        case "mean":
            return _spread(part.inputs[0], value, inputs)
        case "share" if _is_flag_share(part, inputs):
            return _spread(part.parts[0].inputs[0], value, inputs)
        case _:
            return []


def _is_flag_share(part: Part, inputs: Mapping[str, Input]) -> bool:
    condition = part.parts[0]
    plain = condition.assessment == "each" and len(condition.inputs) == 1 and not condition.where
    asked = condition.requirements.get(ALL)
    return plain and is_flag(condition.inputs[0], inputs) and asked is not None and asked.value is True


def _spread(name: str, value: Fraction, inputs: Mapping[str, Input]) -> list[dict[str, Fraction]]:
    """Give the fewest rows whose mean is a value, each at the input's places."""
    step = step_of(inputs[name])
    steps = value / step
    count = steps.denominator
    if count > _MOST_ROWS:
        return []
    least, more = divmod(steps.numerator, count)
    return [{name: (least + (index < more)) * step} for index in range(count)]


def _quotient(above: str, below: str, value: Fraction, inputs: Mapping[str, Input]) -> dict[str, Fraction]:
    """Give a numerator and a denominator at their places, the denominator as small as a whole number can be."""
    if above == below:
        return {}
    whole = Fraction((value / step_of(inputs[above])).denominator)
    least = inputs[below].min or Fraction(0)
    while whole < least:
        whole *= 10
    return {above: value * whole, below: whole}


def _relative(part: Part, value: Fraction, reference: str, inputs: Mapping[str, Input]) -> list[dict[str, Fraction]]:
    if part.assessment == "change" or reference == "units" or part.inputs == ("units",) or is_ratio(part):
        return []
    return [_quotient(part.inputs[0], reference, value, inputs)]
