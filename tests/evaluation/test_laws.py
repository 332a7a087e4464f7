"""What must hold for any ruleset and table: splits, order, company and gaps change nothing that they should not."""

from __future__ import annotations

import random
import warnings
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.equality.drawing import rulesets, tables

import commscore
from commscore._evaluation import open_session
from commscore._results import settled

AREAS = ("township", "county", "city", "province")


def evaluate(rows: Any, ruleset: commscore.Ruleset, **options: Any) -> commscore.Result:
    with warnings.catch_warnings(action="ignore", category=commscore.DataWarning):
        try:
            return commscore.evaluate(rows, ruleset, key="id", rollup=AREAS, **options)
        except commscore.DataError:
            assume(False)
            raise


def same(one: Any, two: Any) -> bool:
    return bool(one.to_pylist() == two.to_pylist())


@given(ruleset=rulesets(), table=tables(), data=st.data())
def test_merging_parts_equals_the_whole_bit_for_bit(ruleset: commscore.Ruleset, table: Any, data: Any) -> None:
    rows, more = table
    cut = data.draw(st.integers(0, len(rows)))
    parts = [part for part in (rows[:cut], rows[cut:]) if part]
    whole = evaluate(rows, ruleset, more=more)

    merged = commscore.merge(*(evaluate(part, ruleset, more=more) for part in parts))

    assert same(merged.units, whole.units)
    assert same(merged.areas, whole.areas)
    assert same(merged.rules, whole.rules)
    assert same(merged.findings(), whole.findings())


@given(ruleset=rulesets(), table=tables(), seed=st.integers(0, 1000))
def test_the_order_of_rows_and_columns_does_not_matter(ruleset: commscore.Ruleset, table: Any, seed: int) -> None:
    rows, more = table
    whole = evaluate(rows, ruleset, more=more)
    chance = random.Random(seed)
    order = chance.sample(range(len(rows)), len(rows))
    names = chance.sample(list(rows[0]), len(rows[0]))

    shuffled = evaluate([{name: rows[i][name] for name in names} for i in order], ruleset, more=more)

    assert same(shuffled.areas, whole.areas)
    assert same(shuffled.units.take(_places(order)), whole.units)


def _places(order: list[int]) -> list[int]:
    return sorted(range(len(order)), key=lambda place: order[place])


@given(ruleset=rulesets(), table=tables())
def test_a_rule_alone_gives_what_it_gives_among_others(ruleset: commscore.Ruleset, table: Any) -> None:
    rows, more = table
    whole = evaluate(rows, ruleset, more=more)
    for rule in ruleset.rules:
        alone = evaluate(rows, attrs.evolve(ruleset, rules=(rule,)), more=more)

        mine = alone.findings(rule=rule.id).drop_columns(["gain"])
        assert same(mine, whole.findings(rule=rule.id).drop_columns(["gain"]))


# Without them a row lies elsewhere, and other areas are found.
PLACES = ("code", "community", "township", "county", "city", "province")


@given(ruleset=rulesets(), table=tables(), data=st.data())
def test_blanking_a_cell_undecides_a_finding_or_leaves_it_as_it_is(
    ruleset: commscore.Ruleset, table: Any, data: Any
) -> None:
    rows, more = table
    row = data.draw(st.integers(0, len(rows) - 1))
    name = data.draw(
        st.sampled_from([name for name in rows[row] if name not in ("id", "name", "kind", *PLACES)] or ["id"])
    )
    assume(name != "id" and rows[row][name] not in (None, ""))
    before = evaluate(rows, ruleset, more=more)

    blanked = [each | {name: None} if number == row else each for number, each in enumerate(rows)]
    after = evaluate(blanked, ruleset, more=more)

    for one, two in zip(before.findings().to_pylist(), after.findings().to_pylist(), strict=True):
        if one["status"] in ("pass", "fail") and two["status"] != one["status"]:
            assert two["status"] in ("unknown", "error", "notapplicable")


@given(ruleset=rulesets(), table=tables())
def test_block_size_does_not_matter(ruleset: commscore.Ruleset, table: Any) -> None:
    rows, more = table
    whole = evaluate(rows, ruleset, more=more)
    options = {"key": "id", "rollup": AREAS, "as_of": None, "columns": None, "level": None, "more": more}
    with warnings.catch_warnings(action="ignore", category=commscore.DataWarning):
        session = open_session(rows, ruleset, missing=("",), block_rows=1, **options)
    parts = tuple(session.parts())
    small = settled(session.context, parts, session.run, session.run.tally)

    assert same(small.units, whole.units)
    assert same(small.areas, whole.areas)
    assert same(small.findings(), whole.findings())


@pytest.mark.parametrize("status", ["fail", "unknown", "error"])
@given(ruleset=rulesets(), table=tables())
def test_the_counts_of_rules_are_those_of_their_findings(status: str, ruleset: commscore.Ruleset, table: Any) -> None:
    rows, more = table
    result = evaluate(rows, ruleset, more=more)
    for rule in result.rules.to_pylist():
        if rule["judged"] == "community":
            found = result.findings(rule=rule["rule"], status=status, level="unit")
            assert found.num_rows == rule[f"n_{status}"]
