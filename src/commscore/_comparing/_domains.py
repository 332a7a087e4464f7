"""The values that an assessment can come to, as far as its inputs say it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import attrs

from commscore._ruleset import Input, InputType, Part

_ONE = Fraction(1)
_ZERO = Fraction(0)


@attrs.frozen
class Domain:
    """The values that can be judged.

    Attributes:
        lower: The least; null when there is none.
        upper: The greatest; null when there is none.
        step: What lies between neighbours; null when any fraction may come up.
    """

    lower: Fraction | None = None
    upper: Fraction | None = None
    step: Fraction | None = None


def step_of(declared: Input) -> Fraction:
    """Give the least difference between two values of an input."""
    return Fraction(1, 10**declared.places)


def is_ratio(part: Part) -> bool:
    """Tell whether a part judges a ratio, of an area or within a unit."""
    return part.assessment == "ratio" or (part.assessment == "each" and len(part.inputs) > 1)


def domain_of(part: Part, inputs: Mapping[str, Input]) -> Domain:
    """Give the values that a part's assessment can come to; ratios as fractions of one, before ``per``."""
    if part.assessment == "share":
        return Domain(_ZERO, _ONE)
    if is_ratio(part):
        return Domain(_ZERO, _ONE if within(*part.inputs, inputs=inputs) else None)
    if part.inputs == ("units",):
        return Domain(_ZERO, None, _ONE)
    declared = [inputs[name] for name in part.inputs if name in inputs]
    if not declared or len(declared) < len(part.inputs):
        return Domain()
    first, step = declared[0], min(step_of(found) for found in declared)
    # With no bound on how many units there are, only a sum of values that are never negative has one.
    least = first.min if first.min is not None and first.min >= 0 else None
    by_form = {
        "each": Domain(first.min, first.max, step),
        "mean": Domain(first.min, first.max),
        "total": Domain(least, None, step),
        "change": Domain(None, None, step),
    }
    return by_form.get(part.assessment, Domain())


def quotient_domain(part: Part, reference: str, inputs: Mapping[str, Input]) -> Domain:
    """Give the values that a part's value can come to when divided by a reference that is greater than zero."""
    own = domain_of(part, inputs)
    bounded = part.assessment != "change" and bool(part.inputs) and within(part.inputs[0], reference, inputs=inputs)
    return Domain(_ZERO if own.lower is not None and own.lower >= 0 else None, _ONE if bounded else None)


def within(part: str, whole: str, *, inputs: Mapping[str, Input]) -> bool:
    """Tell whether one input is a part of another, directly or by way of others."""
    seen: set[str] = set()
    name: str | None = part
    while name is not None and name not in seen:
        if name == whole:
            return True
        seen.add(name)
        declared = inputs.get(name)
        name = None if declared is None else declared.part_of
    return False


def never_negative(name: str, inputs: Mapping[str, Input]) -> bool:
    """Tell whether an input has no negative values."""
    if name == "units":
        return True
    declared = inputs.get(name)
    return declared is not None and declared.min is not None and declared.min >= 0


def is_flag(name: str, inputs: Mapping[str, Input]) -> bool:
    """Tell whether an input is a flag."""
    return name in inputs and inputs[name].type is InputType.FLAG
