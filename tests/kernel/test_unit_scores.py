"""Scores of units in small integers are those of counted findings in large ones."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commscore._engine import _integers as ints
from commscore._engine._scoring import Results, Tree, score_results
from commscore._engine._unit_scores import Marks, classes_of, rule_shares, score_units, status_counts

_WEIGHTS = (Fraction(1), Fraction(1), Fraction(2), Fraction(1, 3), Fraction(0), Fraction(1000))
_SETS = ((0, 1), (0, 1, 2), (0, 1, 2, 3), (0, 1, 4), (7,), (5,), (6,), tuple(range(8)))


@st.composite
def trees(draw: st.DrawFn, rules: list[int], depth: int = 2) -> Tree:
    """Draw a tree over some rules."""
    own, rest = [], list(rules)
    while rest and draw(st.booleans()):
        own.append((rest.pop(), draw(st.sampled_from(_WEIGHTS))))
    groups = []
    while rest:
        some = [rest.pop() for _ in range(draw(st.integers(1, len(rest))))]
        if depth:
            groups.append(draw(trees(some, depth - 1)))
        else:
            own += [(rule, draw(st.sampled_from(_WEIGHTS))) for rule in some]
    return Tree(draw(st.sampled_from(_WEIGHTS)), tuple(own), tuple(groups))


@st.composite
def scored(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a tree and the statuses of a few units."""
    rules, rows = draw(st.integers(1, 9)), draw(st.integers(0, 6))
    marks = []
    for _ in range(rules):
        kinds = draw(st.sampled_from(_SETS))
        status = np.array([draw(st.sampled_from(kinds)) for _ in range(rows)], dtype=np.uint8)
        unchecked: Any = draw(st.booleans()) if kinds == (5,) else False
        if len(kinds) == 8:
            unchecked = (status == 5) & draw(st.booleans())
        marks.append(Marks(status, sum(1 << code for code in kinds), unchecked))
    tree = draw(trees(list(range(rules))))
    model = draw(st.sampled_from(("default", "default", "flat", "absolute")))
    if model != "default":
        tree = Tree(Fraction(1), tuple((i, draw(st.sampled_from(_WEIGHTS))) for i in range(rules)), ())
    unknown = draw(st.sampled_from(("fail", "exclude")))
    return {"tree": tree, "marks": marks, "rows": rows, "model": model, "unknown": unknown}


def _results(marks: Marks) -> Results:
    def count(*codes: int) -> Any:
        return np.isin(marks.status, codes).astype(np.int64)

    unchecked = np.full(len(marks.status), marks.unchecked) if isinstance(marks.unchecked, bool) else marks.unchecked
    return Results(count(0), count(1), count(2, 3), unchecked.astype(np.int64))


def _shown(quotients: Any) -> list[Any]:
    num, den = quotients.num.tolist(), quotients.den.tolist()
    return [None if not bottom else Fraction(top, bottom) for top, bottom in zip(num, den, strict=True)]


@given(drawn=scored())
def test_scores_are_those_of_counted_findings(drawn: dict[str, Any]) -> None:
    how = {"model": drawn["model"], "unknown": drawn["unknown"]}
    classes = classes_of(drawn["tree"], drawn["marks"], drawn["rows"])

    found = score_units(drawn["tree"], classes, drawn["rows"], **how)
    expected = score_results(drawn["tree"], [_results(one) for one in drawn["marks"]], **how)

    for name in ("score", "low", "high", "coverage", "maximum"):
        assert _shown(getattr(found, name)) == _shown(getattr(expected, name)), name
    for one, two in zip(found.shares, expected.shares, strict=True):
        assert _shown(one) == _shown(two)


@given(drawn=scored())
def test_every_finding_is_counted_by_its_status(drawn: dict[str, Any]) -> None:
    counts = status_counts(classes_of(drawn["tree"], drawn["marks"], drawn["rows"]))

    for status, count in enumerate(counts):
        expected = sum((one.status == status).astype(int) for one in drawn["marks"])
        assert np.broadcast_to(count, drawn["rows"]).tolist() == np.broadcast_to(expected, drawn["rows"]).tolist()


@given(drawn=scored(), data=st.data())
def test_the_share_of_a_rule_is_what_passing_adds(drawn: dict[str, Any], data: st.DataObject) -> None:
    if drawn["model"] != "default" or not drawn["rows"]:
        return
    tree, marks, rows = drawn["tree"], drawn["marks"], drawn["rows"]
    rule = data.draw(st.integers(0, len(marks) - 1))
    failing = np.flatnonzero(marks[rule].status == 1)
    mended = [*marks]
    mended[rule] = Marks(np.where(marks[rule].status == 1, 0, marks[rule].status).astype(np.uint8), 0xFF, False)

    share = _shown(rule_shares(tree, marks, rows, unknown=drawn["unknown"])(rule))
    how = {"model": "default", "unknown": drawn["unknown"]}
    before, after = (
        _shown(score_units(tree, classes_of(tree, some, rows), rows, **how).shares[0]) for some in (marks, mended)
    )

    for row in failing.tolist():
        rise = None if before[row] is None else after[row] - before[row]
        assert share[row] == rise


def test_many_rules_of_one_weight_do_not_overflow_a_byte() -> None:
    rules = 300
    tree = Tree(Fraction(1), tuple((i, Fraction(1)) for i in range(rules)), ())
    status = np.zeros(3, dtype=np.uint8)
    marks = [Marks(status, 0b11, unchecked=False) for _ in range(rules)]

    found = score_units(tree, classes_of(tree, marks, 3), 3, model="default", unknown="fail")

    assert ints.quotient(found.score.num, found.score.den).tolist() == [100.0] * 3


@pytest.mark.parametrize("weight", [Fraction(10**18), Fraction(1, 10**18)])
def test_weights_beyond_64_bits_stay_exact(weight: Fraction) -> None:
    tree = Tree(Fraction(1), ((0, weight), (1, Fraction(10**19)), (2, Fraction(1))), ())
    status = [np.array([code], dtype=np.uint8) for code in (0, 1, 0)]
    marks = [Marks(one, 0b11, unchecked=False) for one in status]

    found = score_units(tree, classes_of(tree, marks, 1), 1, model="default", unknown="fail")

    assert _shown(found.shares[0]) == [(weight + 1) / (weight + 1 + 10**19)]


@pytest.mark.parametrize("weights", [1, 3])
@pytest.mark.parametrize("kinds", [(0, 1, 2), tuple(range(8))])
def test_scores_of_hundreds_of_rules_are_those_of_counted_findings(weights: int, kinds: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    rows, rules = 20, 300
    may = sum(1 << code for code in kinds)
    marks = [Marks(rng.choice(kinds, rows).astype(np.uint8), may, unchecked=False) for _ in range(rules)]
    for place in (0, 1):  # all of one status
        for one in marks:
            one.status[place] = kinds[place]
    tree = Tree(Fraction(1), tuple((i, Fraction(i % weights + 1)) for i in range(rules)), ())

    found = score_units(tree, classes_of(tree, marks, rows), rows, model="default", unknown="fail")
    expected = score_results(tree, [_results(one) for one in marks], model="default", unknown="fail")

    for name in ("score", "low", "high", "coverage"):
        assert _shown(getattr(found, name)) == _shown(getattr(expected, name)), name


def test_what_lacks_its_column_counts_against_the_coverage_of_its_own_units() -> None:
    tree = Tree(Fraction(1), ((0, Fraction(1)), (1, Fraction(1))), ())
    statuses = np.array([[5, 0, 5], [0, 0, 5]], dtype=np.uint8)
    lacking = np.array([[True, False, False], [False, False, True]])
    marks = [Marks(one, 0b100001, unchecked=where) for one, where in zip(statuses, lacking, strict=True)]

    found = score_units(tree, classes_of(tree, marks, 3), 3, model="default", unknown="fail")

    assert _shown(found.coverage) == [Fraction(1, 2), 1, 0]
