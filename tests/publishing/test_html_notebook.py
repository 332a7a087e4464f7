"""Results, rulesets and rules in a notebook: tables with every text escaped, and plots where altair is installed."""

from __future__ import annotations

import sys
from typing import Any

import attrs
import pyarrow as pa
import pytest

import commscore
from commscore import UsageError
from commscore._ruleset import Text


@pytest.fixture(scope="module")
def ruleset() -> commscore.Ruleset:
    return commscore.load_ruleset("dalian-2025")


@pytest.fixture(scope="module")
def result(ruleset: commscore.Ruleset) -> commscore.Result:
    rows = [
        {"code": f"21020{2 + i % 3}001{i:03d}", "kind": "urban", "social_orgs": None if i == 5 else 2 * i, "hamlets": 1}
        for i in range(12)
    ]
    return commscore.evaluate(pa.Table.from_pylist(rows), ruleset, rollup=["county", "city"])


def test_a_result_shows_its_areas_coarse_ones_first(result: commscore.Result) -> None:
    shown = result._repr_html_()

    assert "12 units, 63 rules" in shown
    assert shown.index("<bdi>2102</bdi>") < shown.index("<bdi>210202</bdi>")
    assert f"{result.areas.to_pylist()[-1]['score']:.2f}" in shown


def test_a_ruleset_shows_its_rules_and_a_rule_what_it_asks_for(ruleset: commscore.Ruleset) -> None:
    rule = next(each for each in ruleset.rules if each.id == "social-orgs")

    assert ruleset._repr_html_().count("<tr>") == len(ruleset.rules) + 1
    assert "urban ≥ 10 个; rural ≥ 3 个" in ruleset._repr_html_()
    assert "urban ≥ 10 个; rural ≥ 3 个" in rule._repr_html_()
    assert "三.6" in rule._repr_html_()


def test_hostile_texts_are_escaped(ruleset: commscore.Ruleset) -> None:
    rule = attrs.evolve(ruleset.rules[0], title=Text("<script>alert(1)</script>"), note='"><img src=x>')
    changed = attrs.evolve(ruleset, rules=(rule,), title=Text("</caption><b>"))

    for shown in (rule._repr_html_(), changed._repr_html_()):
        assert "<script>" not in shown
        assert "<img" not in shown
        assert "<b>" not in shown


def test_long_rulesets_are_cut_and_say_so(ruleset: commscore.Ruleset) -> None:
    long = attrs.evolve(ruleset, rules=ruleset.rules * 2)

    assert f"… and {2 * len(ruleset.rules) - 100} more" in long._repr_html_()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("what", ["scores", "rules", "areas"])
def test_plots_are_valid_charts(result: commscore.Result, what: str, lang: str) -> None:
    altair = pytest.importorskip("altair", reason="needs altair")

    chart = result.plot(what, lang=lang)

    assert isinstance(chart, altair.TopLevelMixin)
    assert chart.to_dict()["$schema"]


def test_the_histogram_holds_every_unit_with_a_score(result: commscore.Result) -> None:
    pytest.importorskip("altair", reason="needs altair")

    rows: list[dict[str, Any]] = result.plot("scores").to_dict()["data"]["values"]

    assert sum(row["units"] for row in rows) == 12 - result.units["score"].null_count


def test_the_heat_map_plot_has_a_rate_per_rule_and_county(result: commscore.Result) -> None:
    pytest.importorskip("altair", reason="needs altair")

    rows = result.plot("areas", lang="en").to_dict()["data"]["values"]

    found = {row["place"]: (row["low"], row["high"]) for row in rows if "ocial organisations" in row["rule"]}
    assert found == {"210202": (0.5, 0.5), "210203": (0.5, 0.5), "210204": (0.5, 0.75)}


def test_a_sweep_can_be_plotted(result: commscore.Result) -> None:
    pytest.importorskip("altair", reason="needs altair")

    chart = result.plot("sweep", rule="social-orgs", thresholds=[4, 10], scope="urban")

    (rows,) = (
        chart.to_dict()["datasets"].values() if "datasets" in chart.to_dict() else [chart.to_dict()["data"]["values"]]
    )
    assert [row["n_pass"] for row in rows] == [9, 6]


@pytest.mark.parametrize(
    ("what", "options", "message"),
    [
        ("pies", {}, "there is no 'pies'"),
        ("sweep", {}, "needs rule= and thresholds="),
        ("scores", {"rule": "social-orgs"}, "for 'sweep' alone"),
    ],
)
def test_a_plot_that_cannot_be_is_refused(
    result: commscore.Result, what: str, options: dict[str, Any], message: str
) -> None:
    pytest.importorskip("altair", reason="needs altair")

    with pytest.raises(UsageError, match=message):
        result.plot(what, **options)


def test_a_heat_map_needs_areas(ruleset: commscore.Ruleset) -> None:
    pytest.importorskip("altair", reason="needs altair")
    result = commscore.evaluate({"code": ["210202001001"], "kind": ["urban"], "social_orgs": [1]}, ruleset)

    with pytest.raises(UsageError, match=r"rollup=\['county'\]"):
        result.plot("areas")


def test_without_altair_a_plot_says_what_to_install(result: commscore.Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)

    with pytest.raises(UsageError, match=r"commscore\[plot\]"):
        result.plot()
