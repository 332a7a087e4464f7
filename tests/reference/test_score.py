"""The score models on bare statuses: XCCDF 1.2 section 7.3.2, worked by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from commscore._status import Status
from commscore.errors import UsageError
from commscore.reference import Score, score


def rule(status: Any, weight: Any = 1, name: str = "rule") -> dict[str, Any]:
    return {"id": name, "weight": weight, "status": status}


def group(*children: dict[str, Any], weight: Any = 1) -> dict[str, Any]:
    return {"id": "group", "weight": weight, "children": list(children)}


# Weights 10, 1 and 1, the heavy one passes: 100 × 10 / 12.
WEIGHTED = [rule("pass", 10), rule("fail"), rule("error")]
# Group A (weight 1) 50, group B (weight 3) 100, beside a failing rule (weight 1): (50 + 300 + 0) / 5.
NESTED = [group(rule("pass"), rule("fail")), group(rule("pass"), weight=3), rule("fail")]


@pytest.mark.parametrize(
    ("nodes", "model", "expected", "maximum"),
    [
        (WEIGHTED, "default", Fraction(1000, 12), 100),
        (WEIGHTED, "flat", 10, 12),
        (WEIGHTED, "flat-unweighted", 1, 3),
        (WEIGHTED, "absolute", 0, 1),
        (NESTED, "default", 70, 100),
        (NESTED, "flat", 2, 4),
        (NESTED, "flat-unweighted", 2, 4),
        ([rule("pass", 2), rule("notapplicable", 5)], "default", 100, 100),
        ([rule("pass", 2), rule("notapplicable", 5)], "flat", 2, 2),
        ([rule("pass", 2), rule("notapplicable", 5)], "absolute", 1, 1),
        ([rule("pass", 0), rule("fail", 4)], "flat-unweighted", 0, 1),
        ([rule("pass", 0), rule("fail", 4)], "default", 0, 100),
    ],
)
def test_models_give_what_the_standard_says(nodes: Any, model: str, expected: Any, maximum: int) -> None:
    found: Any = score(nodes, model)

    assert (found.score, found.maximum) == (expected, maximum)


def test_a_group_of_nothing_applicable_is_left_out() -> None:
    nodes = [group(rule("notapplicable"), rule("informational"), weight=9), rule("pass"), rule("fail")]

    assert score(nodes).score == 50


def test_a_group_inside_a_group_counts_by_its_own_weight() -> None:
    inner = group(rule("pass"), rule("fail"), rule("fail"), weight=2)

    assert score([group(inner, rule("pass"), weight=7)]).score == (2 * Fraction(100, 3) + 100) / 3


def test_group_weights_do_not_count_in_flat() -> None:
    found: Any = score([group(rule("pass", 2), weight=50), rule("fail", 3)], "flat")

    assert (found.score, found.maximum) == (2, 5)


def test_several_results_of_a_rule_count_as_a_fraction() -> None:
    nodes: Any = [rule(["pass", "pass", "fail", "notapplicable"], 3), rule("fail")]

    assert score(nodes).score == (3 * Fraction(200, 3)) / 4
    assert score(nodes, "flat").score == 2


def test_fixed_is_a_pass() -> None:
    assert score([rule("fixed"), rule(Status.PASS)], "absolute").score == 1


@pytest.mark.parametrize("status", ["notapplicable", "notchecked", "notselected", "informational"])
def test_what_is_not_judged_does_not_count(status: str) -> None:
    assert score([rule("pass"), rule(status)]).score == 100


@pytest.mark.parametrize("status", ["unknown", "error"])
def test_undecided_is_not_passed_but_may_be(status: str) -> None:
    assert score([rule("pass"), rule(status)]) == Score(
        Fraction(50), Fraction(100), Fraction(50), Fraction(100), Fraction(1, 2)
    )


@pytest.mark.parametrize("model", ["default", "flat", "flat-unweighted", "absolute"])
@pytest.mark.parametrize("nodes", [[], [rule("notapplicable")], [rule([])], [rule("pass", 0)], [group()]])
def test_nothing_evaluated_is_null_never_0_and_never_100(nodes: Any, model: str) -> None:
    found: Any = score(nodes, model)

    assert (found.score, found.low, found.high, found.coverage) == (None, None, None, None)


def test_not_checked_lowers_the_coverage_only() -> None:
    found: Any = score([rule("pass", 3), rule("notchecked")])

    assert (found.score, found.coverage) == (100, Fraction(3, 4))


def test_coverage_follows_the_weights_of_the_tree() -> None:
    assert score([group(rule("unknown"), rule("fail"), weight=3), rule("pass")]).coverage == Fraction(5, 8)
    assert score([group(rule("unknown"), rule("fail"), weight=3), rule("pass")], "flat").coverage == Fraction(2, 3)


def test_excluded_unknowns_leave_the_score_but_not_low_and_high() -> None:
    found: Any = score([rule("pass"), rule("unknown")], unknown="exclude")

    assert (found.score, found.low, found.high) == (100, 50, 100)


def test_one_node_may_stand_for_the_tree() -> None:
    assert score(group(rule("pass"), rule("fail"), weight=4)).score == 50
    assert score(rule("pass")).score == 100


@pytest.mark.parametrize("weight", [2, 2.0, "2", Decimal(2), Fraction(2), "2.0e0"], ids=repr)
def test_weights_are_read_exactly(weight: Any) -> None:
    assert score([rule("pass", weight), rule("fail")]).score == Fraction(200, 3)


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (rule("passed", name="x"), "node 'x' has the status 'passed'"),
        (rule([None], name="x"), "node 'x' has the status None"),
        (rule("pass", -1, "x"), "node 'x' has the weight -1"),
        (rule("pass", float("nan"), "x"), "node 'x' has the weight nan"),
        (rule("pass", float("inf"), "x"), "node 'x' has the weight inf"),
        (rule("pass", True, "x"), "node 'x' has the weight True"),
        (rule("pass", "much", "x"), "node 'x' has the weight 'much'"),
        ({"id": "x"}, "node 'x' needs either 'status' or 'children'"),
        ({"id": "x", "status": "pass", "children": []}, "node 'x' needs either"),
        ({"id": "x", "status": "pass", "weigth": 1}, "node 'x' has 'weigth'"),
        ({"id": "x", "children": "pass"}, "node 'x': expected a list of nodes, found 'pass'"),
        (group(rule("pass"), 7), "node 'group', node 2: expected a mapping"),  # type: ignore[arg-type]
    ],
)
def test_a_bad_tree_is_refused_by_the_name_of_the_node(node: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        score([node])


def test_a_tree_that_holds_itself_is_refused() -> None:
    loop: dict[str, Any] = {"id": "loop", "children": []}
    loop["children"].append(loop)

    with pytest.raises(UsageError, match="node 'loop' is nested deeper than"):
        score(loop)


def test_a_model_or_option_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UsageError, match="no model 'median'"):
        score([], "median")
    with pytest.raises(UsageError, match="`unknown` is 'pass'"):
        score([], unknown="pass")
