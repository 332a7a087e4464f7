"""Counts by area: eight rules at a time, in any order of rows, say what counting one by one says."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from commscore._engine._counts import LETTERS, Counts, count_statuses, masks_of, pack_statuses, slots_of
from commscore._engine._parcels import Where, cut_parcels

_SCOPES = (("all",), ("urban", "rural"), ("urban",))


@st.composite
def blocks(draw: st.DrawFn) -> dict[str, Any]:
    """Draw units with statuses, kinds and areas of two levels; long runs of one area among them."""
    rows = draw(st.sampled_from((0, 1, 7, 300, 700)))
    seed = np.random.default_rng(draw(st.integers(0, 2**32)))
    towns = draw(st.sampled_from((1, 3, 200)))
    town = seed.integers(-1, towns, rows).astype(np.int32)
    if draw(st.booleans()):
        town.sort()
    county = np.where(town < 0, -1, town // 5).astype(np.int32)
    rules = {rule: draw(st.sampled_from(_SCOPES)) for rule in range(draw(st.integers(1, 20)))}
    kinds = [draw(st.sampled_from(((0, 1), (0, 1, 2), (0, 1, 2, 3, 4), (5,), (7,), (0, 4)))) for _ in rules]
    statuses = [seed.choice(found, rows).astype(np.uint8) for found in kinds]
    judged = {rule: (statuses[rule], sum(1 << code for code in kinds[rule])) for rule in rules}
    urban = seed.random(rows) < 0.5
    concerned = {"all": np.ones(rows, dtype=bool), "urban": urban, "rural": ~urban | (seed.random(rows) < 0.1)}
    return {"rows": rows, "town": town, "county": county, "rules": rules, "judged": judged, "concerned": concerned}


@given(drawn=blocks(), sort=st.booleans())
def test_counts_are_those_of_counting_one_by_one(drawn: dict[str, Any], *, sort: bool) -> None:
    towns = tuple(f"t{number}" for number in range(200))
    areas = {"township": Where(drawn["town"], towns), "county": Where(drawn["county"], towns[:40])}
    parcels = cut_parcels(areas, drawn["rows"], sort=sort)
    slots = slots_of(drawn["rules"])
    packed, rules = pack_statuses(slots, drawn["judged"]), set(drawn["judged"])

    found = count_statuses(slots, packed, rules, masks_of(drawn["concerned"]), parcels)

    for level, where in areas.items():
        layer = parcels.layers[level]
        sums = {letter: layer.fold(counts) for letter, counts in found.items()}
        for place, (rule, scope) in enumerate(slots.columns):
            status, there = drawn["judged"][rule][0], drawn["concerned"][scope]
            names = [towns[code] if code >= 0 else None for code in where.codes[there].tolist()]
            expected = Counter(zip(names, status[there].tolist(), strict=True))
            for letter in "PFUEI":
                counts = sums[letter][place].tolist() if letter in sums else [0] * len(layer.names)
                code = LETTERS.index(letter)
                assert counts == [expected[name, code] for name in layer.names], (level, rule, scope, letter)


@given(drawn=blocks(), sort=st.booleans())
def test_parcels_add_up_to_the_areas_of_every_level(drawn: dict[str, Any], *, sort: bool) -> None:
    values = np.arange(drawn["rows"]) * 10**9
    labels = tuple(f"t{number}" for number in range(200))
    where = {"township": Where(drawn["town"], labels), "county": Where(drawn["county"], labels)}
    parcels = cut_parcels(where, drawn["rows"], sort=sort)

    for level, codes in (("township", drawn["town"]), ("county", drawn["county"])):
        layer = parcels.layers[level]
        expected = {code: int(values[codes == code].sum()) for code in set(codes.tolist())}
        names = [labels[code] if code >= 0 else None for code in expected]
        assert len(layer.names) == len(names)
        assert dict(zip(layer.names, layer.fold(parcels.sums(values)).tolist(), strict=True)) == dict(
            zip(names, expected.values(), strict=True)
        )


def test_counters_widen_before_they_wrap() -> None:
    counts = Counts(slots_of({0: ("all",)}))
    area, total = np.array([0]), 0
    for many in (200, 200, 70_000, 2**31, 2**31, 2**31):
        counts.add(area, {"P": np.array([[many]])}, np.array([many]), 1)
        total += many
        assert counts.of((0, (), "all"), "P", 1).tolist() == [total]
