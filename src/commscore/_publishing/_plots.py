"""Plots of a result for notebooks, drawn by altair."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from commscore import _notebook
from commscore._engine._plan import rank
from commscore._publishing._digest import STEPS, percents
from commscore._publishing._page import Say
from commscore._report._numbers import number, percent
from commscore._report._scores import grade_text, score_number
from commscore._report._words import words
from commscore.errors import UsageError

if TYPE_CHECKING:
    from commscore._results import Result

_SHOWN = 20  # areas of a result in a notebook


def plot(result: Result, what: str, *, lang: str, **options: Any) -> Any:
    """Return a plot of a result: see `Result.plot`.

    Raises:
        UsageError: altair is not installed, there is no such plot, or nothing to draw.
    """
    try:
        import altair as alt  # noqa: PLC0415 - an extra
    except ImportError:
        raise UsageError("plots need altair; install it with: pip install 'commscore[plot]'") from None
    if what not in _PLOTS:
        raise UsageError(f"plot: there is no {what!r}; there are {', '.join(_PLOTS)}")
    unknown = [name for name, value in options.items() if value is not None and what != "sweep"]
    if unknown:
        raise UsageError(f"plot: {', '.join(unknown)} is for 'sweep' alone")
    return _PLOTS[what](alt, result, Say(words(lang)), options)


def _scores(alt: Any, result: Result, say: Say, _: Mapping[str, Any]) -> Any:
    values = percents(result.units)
    counts = np.histogram(values[~np.isnan(values)], bins=STEPS, range=(0, 100))[0].tolist()
    rows = [{"from": 100 * i / STEPS, "to": 100 * (i + 1) / STEPS, "units": n} for i, n in enumerate(counts)]
    shown = alt.Chart(alt.Data(values=rows), title=say("s_spread")).mark_bar()
    score, units = alt.X("from:Q", bin="binned", title=say("score")), alt.Y("units:Q", title=say("units"))
    return shown.encode(score, alt.X2("to:Q"), units, tooltip=["from:Q", "to:Q", "units:Q"])


def _rules(alt: Any, result: Result, say: Say, _: Mapping[str, Any]) -> Any:
    titles = {rule.id: say.w.title(rule.title) for rule in result.ruleset.rules}
    rows = [
        {"rule": titles[row["rule"]], "id": row["rule"], "low": row["pass_rate_low"], "high": row["pass_rate_high"]}
        for row in result.rules.to_pylist()
        if row["pass_rate_low"] is not None
    ]
    shown = alt.Chart(alt.Data(values=_some(rows)), title=say("s_rules"))
    names = alt.Y("rule:N", title=None, sort=alt.SortField("low"))
    rate = {"title": say("pass_rate"), "axis": alt.Axis(format="%"), "scale": alt.Scale(domain=[0, 1])}
    tooltip = ["id:N", alt.Tooltip("low:Q", format=".2%"), alt.Tooltip("high:Q", format=".2%")]
    open_ = shown.mark_bar(opacity=0.4).encode(alt.X("high:Q", **rate), names, tooltip=tooltip)
    return open_ + shown.mark_bar().encode(alt.X("low:Q", **rate), names, tooltip=tooltip)


def _areas(alt: Any, result: Result, say: Say, _: Mapping[str, Any]) -> Any:
    titles = {rule.id: say.w.title(rule.title) for rule in result.ruleset.rules}
    judged = {plan.rule.id: plan.judged for plan in result.plan.rules}
    wanted = ("county", "township") if rank(result.ruleset.jurisdiction.level) > rank("county") else ("township",)
    level = next((each for each in wanted if each in result.plan.rollup), None)
    if level is None:
        raise UsageError(f"plot: there are no areas to compare; evaluate with rollup=[{wanted[0]!r}]")
    rows = [
        {
            "place": row["key"],
            "rule": titles[row["rule"]] + say.w.bracketed(say.w.scope(row["scope"] or "all")),
            "low": row["low"],
            "high": row["high"],
        }
        for row in result.findings(level=level).to_pylist()
        if row["low"] is not None and rank(judged[row["rule"]]) < rank(level)
    ]
    shown = alt.Chart(alt.Data(values=_some(rows)), title=say("s_heat")).mark_rect()
    rate = alt.Color("low:Q", title=say("pass_rate"), scale=alt.Scale(domain=[0, 1], scheme="viridis"))
    tooltip = ["place:N", "rule:N", alt.Tooltip("low:Q", format=".2%"), alt.Tooltip("high:Q", format=".2%")]
    return shown.encode(alt.X("place:N", title=say.w.level(level)), alt.Y("rule:N", title=None), rate, tooltip=tooltip)


def _sweep(alt: Any, result: Result, say: Say, options: Mapping[str, Any]) -> Any:
    rule, thresholds = options.get("rule"), options.get("thresholds")
    if rule is None or thresholds is None:
        raise UsageError("plot: 'sweep' needs rule= and thresholds=")
    rows = result.sweep(rule, thresholds, scope=options.get("scope")).to_pylist()
    title = next(say.w.title(each.title) for each in result.ruleset.rules if each.id == rule)
    at = alt.X("threshold:Q", title=say("required"))
    axis = alt.Axis(format="%")
    shown = alt.Chart(alt.Data(values=_some(rows)), title=title)
    between = shown.mark_area(opacity=0.3).encode(
        at, alt.Y("pass_rate_low:Q", title=say("pass_rate"), axis=axis), alt.Y2("pass_rate_high:Q")
    )
    line = alt.Y("pass_rate_low:Q", title=say("pass_rate"), axis=axis)
    return between + shown.mark_line(point=True).encode(at, line, tooltip=["required:N", "n_pass:Q", "n_fail:Q"])


def _some(rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    if not rows:
        raise UsageError("plot: nothing was judged, so there is nothing to draw")
    return rows


_PLOTS: Mapping[str, Callable[[Any, Any, Say, Mapping[str, Any]], Any]] = MappingProxyType(
    {"scores": _scores, "rules": _rules, "areas": _areas, "sweep": _sweep}
)


def result_html(result: Result) -> str:
    """Return a result as a table of its areas, coarse ones first, for a notebook."""
    ruleset, say = result.ruleset, Say(words("en"))
    areas = list(reversed(result.areas.to_pylist()))[:_SHOWN]
    rows = []
    for area in areas:
        top = area["maximum"]
        score, low, high = (score_number(area[name], top, ruleset) for name in ("score", "score_low", "score_high"))
        span = "" if low == high else f"{low} – {high}"
        covered = "" if area["coverage"] is None else percent(area["coverage"])
        of = "" if top in (None, 100) else f" / {number(top)}"
        grade = "" if area["grade"] is None else grade_text(area, say.w)
        rows.append((area["level"], area["key"], f"{area['n_units']:,}", score + of, span, covered, grade))
    units = sum(part.units.rows for part in result.parts)
    caption = f"Result of {ruleset.id} · {ruleset.title} · {units:,} units, {len(ruleset.rules)} rules"
    return _notebook.table(caption, ("level", "area", "units", "score", "interval", "coverage", "grade"), rows)
