"""What is fuzzed: each target takes any bytes and raises only where the library does what it never promised.

`tests/fuzz` runs the same functions on its corpus: what was found before, and inputs like it.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path

import commscore
from commscore import DataError, DataWarning, RequirementError, Ruleset, RulesetError
from commscore._loading import check_ruleset, dump_ruleset
from commscore._phrases import agrees
from commscore._requirement import describe
from commscore.errors import Severity

CATALOGUE = """\
orgs: {zh: 试组织, type: count}
floor: {zh: 试面积, type: quantity, places: 1}
homes: {zh: 试户数, type: count}
open: {zh: 试开放, type: flag}
"""
SCORED = """\
commscore: 1
id: fuzzed-2023
jurisdiction: {code: "3709", level: city}
year: 2023
inputs:
  orgs: {zh: 试组织, type: count}
  floor: {zh: 试面积, type: quantity, places: 1}
  open: {zh: 试开放, type: flag}
rules:
  - {id: orgs, each: orgs, require: 不少于10个, clause: 一}
  - {id: floor, ratio: [floor, orgs], require: 不少于3平方米, clause: 二}
  - {id: open, share: open, require: 全覆盖, clause: 三}
"""


class FoundError(AssertionError):
    """A target did something that is documented nowhere."""


def ruleset(content: bytes) -> None:
    """Load a ruleset file: it is refused with a list of faults, or it can be written and read again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r.yaml"
        path.write_bytes(content)
        (Path(folder) / "inputs.yaml").write_text(CATALOGUE, encoding="utf-8")  # ours takes long to read
        try:
            loaded = commscore.load_ruleset(path)
        except RulesetError as error:
            if not error.diagnostics or not all(str(fault) for fault in error.diagnostics):
                raise FoundError("it is refused, and no fault says why") from error
            return
        if any(fault.severity is Severity.ERROR for fault in check_ruleset(path)):
            raise FoundError("it loads, and yet the check finds a fault")
        path.write_text(dump_ruleset(loaded), encoding="utf-8")
        if commscore.load_ruleset(path).hash != loaded.hash:
            raise FoundError("written and read again, it has another hash")


def _text(content: bytes) -> str:
    """Decode any bytes; halves of surrogate pairs stay, since strings may hold them."""
    try:
        return content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return content.decode("utf-8", "replace")


def phrase(content: bytes) -> None:
    """Read a requirement: it is refused, or written and read back as itself, and agrees with its own phrase."""
    text = _text(content)
    try:
        read = commscore.parse_requirement(text)
    except RequirementError as error:
        if not str(error):
            raise FoundError("the refusal says nothing") from error
        return
    shown = describe(read)
    if commscore.parse_requirement(shown) != read:
        raise FoundError(f"{text!r} is {read}, but {shown!r} is not")
    agrees(text, read)


@cache
def _scored() -> Ruleset:
    """Return the ruleset that tables are scored by, loaded once: loading takes longer than scoring."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fuzzed-2023.yaml"
        path.write_text(SCORED, encoding="utf-8")
        return commscore.load_ruleset(path)


def table(content: bytes) -> None:
    """Score a CSV file: it is refused as data, or every row of it is a unit."""
    rules = _scored()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "units.csv"
        path.write_bytes(content)
        with warnings.catch_warnings(action="ignore", category=DataWarning):
            try:
                result = commscore.evaluate(path, rules)
            except DataError as error:
                if not str(error):
                    raise FoundError("the refusal says nothing") from error
                return
        for unit in result.units.to_pylist():
            if unit["score"] is not None and not unit["score_low"] <= unit["score"] <= unit["score_high"]:
                raise FoundError(f"a score outside its bounds: {unit}")


TARGETS: dict[str, Callable[[bytes], None]] = {"ruleset": ruleset, "phrase": phrase, "table": table}
