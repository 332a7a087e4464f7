"""The vocabulary is whole in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import commscore._report
from commscore._report import _words as vocabulary
from commscore._report._facts import UNSCORED
from commscore._report._words import LANGS, TEXTS, words
from commscore._ruleset import LEVELS, SCOPES
from commscore._status import Reason, Status
from commscore.errors import UsageError

both = pytest.mark.parametrize("lang", LANGS)


@both
def test_each_status_has_a_word(lang: str) -> None:
    found = [words(lang).status(status) for status in Status]

    assert all(found)
    assert len(set(found)) == len(found)


@both
def test_each_reason_has_words(lang: str) -> None:
    found = [words(lang).reason(reason, Status.UNKNOWN) for reason in Reason]

    assert all(found)
    assert len(set(found)) == len(found)


@both
def test_each_reason_why_a_rule_is_not_scored_has_a_short_word(lang: str) -> None:
    assert all(words(lang).short(reason) for reason in UNSCORED)


@both
def test_nothing_over_nothing_differs_from_something_over_nothing(lang: str) -> None:
    w = words(lang)

    assert w.reason("zero_denominator", "notapplicable") != w.reason("zero_denominator", "unknown")


@both
def test_each_level_scope_and_assessment_has_a_word(lang: str) -> None:
    w = words(lang)

    assert all(w.level(level) for level in LEVELS)
    assert all(w.scope(scope) for scope in SCOPES)
    forms = ("each", "mean", "ratio", "share", "total", "change", "all", "any", "atleast")
    assert all(w.form(form, 2) for form in forms)


def test_both_languages_fill_in_the_same_blanks() -> None:
    blanks = {
        key: [sorted(name for _, name, _, _ in Formatter().parse(text) if name) for text in pair]
        for key, pair in TEXTS.items()
    }

    assert {key: found for key, found in blanks.items() if found[0] != found[1]} == {}


def test_no_text_is_left_over() -> None:
    folder = Path(commscore._report.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py") if path.name != "_words.py")
    code += Path(vocabulary.__file__).read_text(encoding="utf-8").split("class Words")[1]
    mentioned = set(re.findall(r"[\"']([a-z_]+)[\"']", code)) | {"short_in", "over_in"}  # composed where they are used

    assert set(TEXTS) - mentioned == set()


def test_chinese_texts_hold_chinese() -> None:
    plain = {"score", "input_of", "of_maximum", "between"}
    found = {key for key, (zh, _) in TEXTS.items() if not re.search(r"[\u3000-\u9fff\uff00-\uffef]", zh)}

    assert found - plain == set()


def test_places_are_counted_in_singular_and_plural() -> None:
    assert words("en").places(1, "county") == "1 county"
    assert words("en").places(2000, "county") == "2,000 counties"
    assert words("zh").places(2, "county") == "2 个区县"


def test_measure_words_have_english_ones() -> None:
    w = words("en")

    assert (w.unit("人", one=True), w.unit("人"), w.unit("个"), w.unit("㎡"), w.unit("tonnes")) == (
        "person",
        "persons",
        "",
        "m²",
        "tonnes",
    )


def test_other_language_is_refused() -> None:
    with pytest.raises(UsageError, match="lang: there is no 'fr'; there are 'zh' and 'en'"):
        words("fr")
