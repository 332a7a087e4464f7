"""The sections of a page on what follows from the findings, and on the ruleset and the run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from commscore._publishing._page import Cell, Page, Row, Table, capital, table
from commscore._report import counted_in
from commscore._report._concluding import conclusion_rows
from commscore._report._text import clean
from commscore._report._words import counted


def follow(page: Page) -> Table | None:
    """Count the units and areas that each conclusion and action holds for."""
    counts = {
        name: (page.digest.following[name], counted_in(page.published.table("areas"), name))
        for name in ("conclusions", "actions")
    }
    rows: list[Row] = [
        [clean(text), capital(what), basis, *(Cell(counted(count), count) for count in found)]
        for what, text, basis, found in conclusion_rows(page.ruleset, counts, page.w)
    ]
    names = [page.say(name) for name in ("content", "kind_of", "basis", "of_units", "of_areas")]
    return table("follow", page.say("follow_caption"), names, rows) if rows else None


def run_facts(page: Page) -> Table:
    """List what the run was made with."""
    rows: list[Row] = [[name, text] for name, text in _facts(page) if text]
    return table("run-facts", page.say("run_caption"), [page.say("title"), page.say("content")], rows, look="plain")


def _facts(page: Page) -> Iterator[tuple[str, str]]:
    say, w, ruleset, manifest = page.say, page.w, page.ruleset, page.published.manifest()
    source = ruleset.source
    yield w("ruleset"), f"{clean(ruleset.id)} {clean(w.title(ruleset.title))}"
    yield say("hash"), ruleset.hash
    yield say("extends"), clean(w.several(ruleset.extends))
    yield w("document"), clean(page.document or "")
    yield say("issuer"), clean(source.issuer or "")
    yield say("issued"), str(source.issued or "")
    yield w("year"), str(ruleset.year or "")
    yield w("as_of"), page.published.as_of
    yield w("model"), ruleset.scoring.model
    yield (
        say("thresholds"),
        w.several(f"{clean(each.name)} ≥ {float(each.at_least):g}" for each in ruleset.scoring.grades),
    )
    yield w("scored_here"), w.places(page.published.rows["units"], page.plan.level)
    yield w("rules"), counted(len(ruleset.rules))
    yield say("versions"), w.several(f"{name} {version}" for name, version in manifest["versions"].items())
    yield say("options"), clean(_options(manifest["options"]))
    yield say("started"), clean(manifest.get("started") or "")
    yield say("finished"), clean(manifest.get("finished") or "")
    if page.published.source is not None:
        yield say("folder"), clean(", ".join(f"{name}.parquet" for name in page.published.rows))


def _options(options: dict[str, Any]) -> str:
    given = {name: value for name, value in options.items() if value not in (None, [], {})}
    return "; ".join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in given.items())


def inputs(page: Page) -> Table | None:
    """List the input files with their hashes."""
    rows: list[Row] = [
        [
            clean(str(each["path"])),
            page.w.level(each["level"]),
            Cell(counted(each["rows"]), each["rows"]),
            Cell(counted(each["bytes"]), each["bytes"]) if each.get("bytes") is not None else "",
            each.get("sha256") or "",
        ]
        for each in page.published.manifest().get("inputs", ())
    ]
    names = [page.say(name) for name in ("file", "level", "rows", "bytes", "sha256")]
    return table("inputs", page.say("inputs_caption"), names, rows) if rows else None
