"""Scores, grades and sources in words."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from commscore._report._numbers import ZERO, number, percent
from commscore._report._text import clean
from commscore._report._words import Words
from commscore._ruleset import Ruleset


def score_ends(ruleset: Ruleset, maximum: float | None) -> list[Fraction]:
    """Return what a score must not be mistaken for: nothing, everything, and the thresholds of grades."""
    top = Fraction(100) if maximum is None else Fraction(maximum)
    return [ZERO, top, *(grade.at_least * top / 100 for grade in ruleset.scoring.grades)]


def score_number(value: float | None, maximum: float | None, ruleset: Ruleset, *, fixed: bool = True) -> str:
    """Write a score to two decimals, more where it would seem to reach a grade that it does not."""
    if value is None:
        return "–"
    return number(value, apart=score_ends(ruleset, maximum), places=2, fixed=fixed)


def score_text(scores: Mapping[str, Any], ruleset: Ruleset, w: Words) -> str:
    """Write a score with what it may still become, and its coverage."""
    maximum = scores["maximum"]

    def shown(name: str) -> str:
        return score_number(scores[name], maximum, ruleset, fixed=False)

    if scores["score"] is None:
        text = w("no_score")
    elif maximum == 100:  # noqa: PLR2004  # percent needs no maximum beside it
        text = shown("score")
    else:
        text = w("of_maximum", score=shown("score"), maximum=number(maximum))
    texts = [text]
    if scores["score_low"] != scores["score_high"]:
        texts.append(w("undecided_span", low=shown("score_low"), high=shown("score_high")))
    if scores["coverage"] is not None:
        texts.append(f"{w('coverage').lower()} {percent(scores['coverage'])}")
    return w("semicolon").join(texts)


def grade_text(scores: Mapping[str, Any], w: Words) -> str:
    """Write a grade with the range that it lies in."""
    grade, low, high = (scores[name] for name in ("grade", "grade_low", "grade_high"))
    text = clean(grade) if grade is not None else w("no_grade")
    if low == high == grade:
        return text
    ends = [w("no_grade") if end is None else clean(end) for end in (low, high)]
    return text + w.bracketed(ends[0] if low == high else w("range", low=ends[0], high=ends[1]))
