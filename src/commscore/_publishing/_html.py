"""A run as one HTML page that needs nothing else: no network, and no script to be read."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commscore._publishing import _page_places as places
from commscore._publishing import _page_rules as rules
from commscore._publishing import _page_run as run
from commscore._publishing._digest import digested
from commscore._publishing._page import Page, Say, is_chinese
from commscore._report._text import clean
from commscore._report._words import words
from commscore.errors import UsageError

if TYPE_CHECKING:
    from commscore._publishing._published import Published

_TAGS = {"zh": "zh-CN", "en": "en"}
_SECTIONS = (
    "s_scores",
    "s_grades",
    "s_spread",
    "s_worst",
    "s_rules",
    "s_heat",
    "s_near",
    "s_open",
    "s_follow",
    "s_areas",
    "s_units",
    "s_run",
)


def write_html(published: Published, path: Path, *, lang: str = "zh") -> str:
    """Write a run as one HTML file, and return its text.

    Args:
        published: The run.
        path: The file; one that is there is replaced.
        lang: ``zh`` or ``en``.

    Raises:
        UsageError: There is no such language, the output folder does not hold its ruleset, or nothing can be written
            there.
    """
    text = html_of(published, lang=lang)
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None
    return text


def html_of(published: Published, *, lang: str = "zh") -> str:
    """Return a run as the text of one HTML page; texts from data are escaped, and never within script or style."""
    # Takes longer to import than all else here, and only pages need it.
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    page = _page_of(published, lang)
    loader = PackageLoader("commscore", "_publishing/templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style, script = (_asset(name) for name in ("report.css", "report.js"))
    return environment.get_template("report.html.j2").render(
        **_content(page),
        style=style,
        script=script,
        policy=_policy(style, script),
    )


def _page_of(published: Published, lang: str) -> Page:
    say = Say(words(lang))
    plan = published.plan()
    return Page(
        published=published,
        plan=plan,
        digest=digested(published, plan.ruleset, lowest=places.UNITS, nearest=places.NEAREST),
        areas=published.table("areas").to_pylist(),
        rules=published.table("rules").to_pylist(),
        findings=published.area_findings(),
        say=say,
    )


def _content(page: Page) -> dict[str, Any]:
    opened = places.opened_areas(page)
    shown = sum(len(inside) for _, inside in opened)
    return {
        "say": page.say,
        "w": page.w,
        "lang": _TAGS[page.w.lang],
        "foreign": lambda text: page.w.lang == "en" and is_chinese(text),
        "sections": _SECTIONS,
        "id": clean(page.ruleset.id),
        "title": clean(page.w.title(page.ruleset.title)),
        "jurisdiction": clean(page.w.title(page.ruleset.jurisdiction.title)),
        "document": clean(page.document or ""),
        "as_of": page.published.as_of,
        "scored": page.w.places(page.published.rows["units"], page.plan.level),
        "cards": places.cards(page),
        "has_areas": bool(page.areas),
        "home_level": page.ruleset.jurisdiction.level,
        "grades": places.grades(page),
        "spread": places.spread(page),
        "worst": rules.worst_rules(page),
        "rules": rules.all_rules(page),
        "heat": rules.heat_map(page),
        "heat_level": rules.heat_level(page),
        "heat_there": any(area["level"] == rules.heat_level(page) for area in page.areas),
        "near": places.nearest(page),
        "held": page.digest.held,
        "open": rules.still_open(page),
        "kept": page.digest.kept,
        "cells": rules.bad_cells(page),
        "unchecked": rules.unchecked(page),
        "unscored": rules.unscored(page),
        "follow": run.follow(page),
        "has_conclusions": any(each.selected for each in page.ruleset.conclusions),
        "areas": places.areas(page),
        "opened": opened,
        "opened_note": page.say("cut_areas", shown=shown, whole=len(page.areas)) if shown < len(page.areas) else None,
        "units": places.units(page),
        "facts": run.run_facts(page),
        "inputs": run.inputs(page),
    }


def _asset(name: str) -> str:
    return (files("commscore") / "_publishing" / "templates" / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Return what a browser may load: nothing but this style sheet and this script."""
    own = f"style-src '{_digest_of(style)}'; script-src '{_digest_of(script)}'"
    return f"default-src 'none'; {own}; img-src data:; base-uri 'none'; form-action 'none'"


def _digest_of(text: str) -> str:
    """Return the hash by which a policy admits one style sheet or script and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
