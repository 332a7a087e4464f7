"""What is added up by area does not depend on the way it is added up: alone or together, sorted or not, by number."""

from __future__ import annotations

import warnings
from fractions import Fraction
from typing import Any
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.equality.drawing import rulesets, tables

import commscore
from commscore._engine import _run
from commscore._engine._area_index import AreaIndex
from commscore._engine._plain_terms import split_terms
from commscore._engine._run import chain_membership
from commscore._engine._scoring import Quotients, Results
from commscore._engine._subjects import scorer_of
from commscore._engine._terms import terms
from commscore._engine._units import Units
from commscore._evaluation import Session, open_session
from commscore._results import settled
from commscore._tables import blocks
from commscore._tables._area_codes import Numbered

LEVELS = ("township", "county", "city")
RULES = """
commscore: 1
id: ordered-2023
jurisdiction: {code: "21", level: province}
year: 2023
inputs:
  staff: {zh: 人员, type: count}
  homes: {zh: 户数, type: count}
  area: {zh: 面积, type: quantity}
  open: {zh: 开放, type: flag}
rules:
  - {id: each, each: staff, require: {urban: ">= 4", rural: ">= 2"}, weight: 2}
  - {id: mean, mean: area, over: county, require: {urban: ">= 4.5", rural: ">= 3"}}
  - {id: ratio, ratio: [staff, homes], per: 100, over: township, require: ">= 60"}
  - {id: share, share: open, over: county, require: ">= 50%"}
  - {id: total, total: area, over: township, where: {kind: urban}, require: ">= 20"}
  - {id: change, change: staff, from: homes, over: city, require: ">= 0"}
"""


def opened(rows: Any, ruleset: Any, *, more: Any = None, block_rows: int | None = None) -> Session:
    options: dict[str, Any] = {"as_of": None, "columns": None, "level": None, "missing": ("",)}
    return open_session(rows, ruleset, key="id", rollup=LEVELS, more=more, block_rows=block_rows, **options)


def evaluated(rows: Any, ruleset: Any, block_rows: int) -> commscore.Result:
    with warnings.catch_warnings(action="ignore", category=commscore.DataWarning):
        session = opened(rows, ruleset, block_rows=block_rows)
        parts = tuple(session.parts(keep=True))
    return settled(session.context, parts, session.run, session.run.tally)


@pytest.fixture(scope="module")
def ruleset(tmp_path_factory: pytest.TempPathFactory) -> commscore.Ruleset:
    path = tmp_path_factory.mktemp("rules") / "ordered-2023.yaml"
    path.write_text(RULES, encoding="utf-8")
    with warnings.catch_warnings(action="ignore"):
        return commscore.load_ruleset(path)


@st.composite
def provinces(draw: st.DrawFn) -> pa.Table:
    """Draw units in any order, of few or many townships; some may lack their code, or name their county instead."""
    rows = draw(st.sampled_from((5, 60, 700)))
    towns = draw(st.sampled_from((1, 3, 40, 5000)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    town = np.sort(rng.integers(0, towns, rows))
    codes = [f"21{1 + t // 2000:02d}{1 + t // 40 % 50:02d}{1 + t % 40:03d}{i % 1000:03d}" for i, t in enumerate(town)]
    columns: dict[str, Any] = {
        "id": [f"u{i}" for i in range(rows)],
        "code": pa.array(codes, pa.string(), mask=rng.random(rows) < draw(st.sampled_from((0, 0.02, 0.1)))),
        "kind": pa.array(rng.choice(["urban", "rural"], rows), mask=rng.random(rows) < draw(st.sampled_from((0, 0.1)))),
    }
    if draw(st.booleans()):
        columns["county"] = [code[:6] for code in codes]
    for name in ("staff", "homes", "open"):
        values = rng.integers(0, 2 if name == "open" else 9, rows)
        columns[name] = pa.array(values, mask=rng.random(rows) < draw(st.sampled_from((0, 0.1))))
    columns["area"] = pa.array(rng.integers(-3, 80, rows) / 10)  # some of them invalid
    return pa.table(columns)


@settings(max_examples=15)
@given(
    table=provinces(),
    block_rows=st.sampled_from((16, 100, 1000)),
    waiting=st.sampled_from((1, 2**12, 2**26)),
    data=st.data(),
)
def test_areas_are_the_same_in_any_order_and_any_blocks(
    ruleset: commscore.Ruleset, table: pa.Table, block_rows: int, waiting: int, data: Any
) -> None:
    order = np.random.default_rng(data.draw(st.integers(0, 2**32))).permutation(table.num_rows)
    sorted_at_once = evaluated(table, ruleset, 1000)

    with patch.object(_run, "_WAITING", waiting):
        shuffled = evaluated(table.take(pa.array(order)), ruleset, block_rows)

    assert shuffled.areas.equals(sorted_at_once.areas)
    assert shuffled.findings(level="area").equals(sorted_at_once.findings(level="area"))
    assert shuffled.rules.equals(sorted_at_once.rules)


def test_blocks_with_and_without_codes_wait_together(ruleset: commscore.Ruleset) -> None:
    units = [
        {
            "id": f"u{i}",
            "code": f"21010{1 + i % 3}{i:03d}001",
            "kind": "urban",
            "staff": i,
            "homes": 5,
            "open": 1,
            "area": 1,
        }
        for i in range(64)
    ]
    shuffled = [units[i * 37 % 64] for i in range(64)]
    shuffled[20]["code"] = None

    assert evaluated(shuffled, ruleset, 16).areas.equals(evaluated(shuffled, ruleset, 64).areas)


@settings(max_examples=40)
@given(ruleset=rulesets(), table=tables())
def test_plain_units_and_the_others_add_what_all_of_them_add(ruleset: commscore.Ruleset, table: Any) -> None:
    rows, more = table
    with warnings.catch_warnings(action="ignore", category=commscore.DataWarning):
        try:
            session = opened(rows, ruleset, more=more)
        except commscore.DataError:
            assume(False)
            raise
        check_split(session)


@settings(max_examples=20)
@given(table=provinces())
def test_cells_that_are_missing_or_invalid_add_the_same_apart(ruleset: commscore.Ruleset, table: pa.Table) -> None:
    with warnings.catch_warnings(action="ignore", category=commscore.DataWarning):
        check_split(opened(table, ruleset))


def check_split(session: Session) -> None:
    """Hold what plain units and the others add against what all units add."""
    block = next(iter(blocks(session.main, session.wanted)))
    run = session.run
    units = Units(block, session.main.level, run.inputs, run.coarser)
    for leaf in run._leaves:
        for scope in leaf.scopes if units.level in leaf.tables else ():
            members = chain_membership(leaf.chain, units, scope)
            whole = terms(leaf.node, units, table=units.level, members=members)
            split = split_terms(leaf.node, units, table=units.level, members=members)

            found = {name: column.astype(object) for names, column in split.plain.items() for name in names}
            for name, column in split.others.items():
                total = found.setdefault(name, np.zeros(units.rows, dtype=object))
                total[split.rows] += column.astype(object)
            for name, column in whole.fields.items():
                expected = [int(value) for value in column.tolist()]
                assert [int(value) for value in found.get(name, np.zeros(units.rows)).tolist()] == expected, name
            loose = [
                None if one is None else [part.tolist() for part in (one.rows, *one.low, *one.high)]
                for one in (whole.loose, split.loose)
            ]
            assert loose[0] == loose[1]


@given(
    batches=st.lists(
        st.one_of(
            st.lists(st.integers(0, 99), unique=True).map(
                lambda numbers: Numbered(np.array(numbers, dtype=np.int64), 2)
            ),
            st.lists(st.sampled_from((None, "07", "42", "7", "x", "１２")), unique=True),
        )
    )
)
def test_areas_are_numbered_once_whatever_they_are_told_by(batches: list[Any]) -> None:
    index, positions = AreaIndex(), dict[str | None, int]()
    for batch in batches:
        for name, position in zip(batch, index.ids_of(batch).tolist(), strict=True):
            assert positions.setdefault(name, position) == position

    assert sorted(positions.values()) == list(range(index.size))
    assert index.ids == positions
    assert [index.labels[position] for position in positions.values()] == list(positions)
    assert index.keys().to_pylist() == sorted(positions, key=lambda name: (name is None, name or ""))
    other = AreaIndex()
    assert [index.labels[position] for position in np.argsort(other.adopt(index))] == index.labels


@st.composite
def area_results(draw: st.DrawFn, rules: int) -> list[Results]:
    """Draw what rules come to in seven areas: two findings at the most, one for each scope."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    most = draw(st.sampled_from((1, 2)))
    found = []
    for _ in range(rules):
        chances = rng.dirichlet(np.full(5, 0.4))
        kinds = rng.choice(5, (most, 7), p=chances)
        found.append(Results(*((kinds == kind).sum(axis=0).astype(np.uint8) for kind in range(4))))
    return found


@settings(max_examples=30)
@given(ruleset=rulesets(), data=st.data())
def test_small_integers_score_areas_as_any_others_do(ruleset: commscore.Ruleset, data: Any) -> None:
    scorer = scorer_of(ruleset)
    assume(not scorer.by_credit)
    results = data.draw(area_results(len(ruleset.rules)))

    small, plain = scorer.score_areas(results, 7), scorer.score(results)

    for one, two in (
        (small.score, plain.score),
        (small.low, plain.low),
        (small.high, plain.high),
        (small.coverage, plain.coverage),
        (small.maximum, plain.maximum),
    ):
        assert exact(one) == exact(two)


def exact(quotients: Quotients) -> list[Fraction | None]:
    pairs = zip(quotients.num.tolist(), quotients.den.tolist(), strict=True)
    return [Fraction(num, den) if den else None for num, den in pairs]
