"""The pytest plugin: ruleset files are tests of themselves.

A file with ``commscore: 1`` on the command line, or matched by the option ``commscore_rulesets``, gives one test for
each of: that it loads, that it has no fault, each of its cases, and each law of `commscore.testing`. Nothing of the
library is imported before such a file is met.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commscore._ruleset import Case, Ruleset
    from commscore.testing import Law

_HEAD = re.compile(r"^(?:\"commscore\"|'commscore'|commscore)\s*:\s*1\s*(?:#.*)?$", re.MULTILINE)
_HEAD_SIZE = 8192
_CATALOGUE = "inputs.yaml"
_SUFFIXES = (".yaml", ".yml")
_EXAMPLES = "50"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of rulesets."""
    group = parser.getgroup("commscore", "rulesets (commscore)")
    group.addoption(
        "--commscore-laws",
        action="store_true",
        default=None,
        dest="commscore_laws",
        help="try the laws of commscore.testing on every collected ruleset file (the default)",
    )
    group.addoption("--no-commscore-laws", action="store_false", dest="commscore_laws", help="leave the laws out")
    group.addoption(
        "--commscore-examples",
        type=int,
        default=None,
        metavar="N",
        help=f"how many examples to try each law on (default: {_EXAMPLES})",
    )
    parser.addini("commscore_rulesets", "ruleset files to test, as globs below the root", type="args", default=[])
    parser.addini("commscore_laws", "whether the laws are tried on them", type="bool", default=True)
    parser.addini("commscore_examples", "how many examples to try each law on", default=_EXAMPLES)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and add the ruleset files to a run that names no files of its own."""
    config.addinivalue_line("markers", "commscore: tests that a ruleset file makes of itself")
    if config.getini("commscore_rulesets") and config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        config.args.extend(str(path) for path in _listed(config))


def _listed(config: pytest.Config) -> list[Path]:
    """Return the ruleset files that the configuration names; their catalogue is not one."""
    found = {
        path
        for pattern in config.getini("commscore_rulesets")
        for path in config.rootpath.glob(pattern)
        if path.suffix in _SUFFIXES and path.name != _CATALOGUE
    }
    return sorted(found)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a ruleset file that was asked for; any other YAML is left alone."""
    if file_path.suffix not in _SUFFIXES:
        return None
    named = parent.session.isinitpath(file_path) and _is_ruleset(file_path)
    if not named and not (parent.config.getini("commscore_rulesets") and file_path in _listed(parent.config)):
        return None
    collector: pytest.Collector = RulesetFile.from_parent(parent, path=file_path)
    return collector


def _is_ruleset(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        return _HEAD.search(file.read(_HEAD_SIZE)) is not None


class RulesetFile(pytest.File):
    """A ruleset file, as a collector of its tests."""

    def collect(self) -> Iterator[pytest.Item]:
        """Give the tests; a file that does not load has one, which fails and says why."""
        from commscore._loading import load_ruleset
        from commscore.errors import RulesetError

        yield Loads.from_parent(self, name="loads")
        try:
            ruleset = load_ruleset(self.path)
        except RulesetError:
            return
        yield Checks.from_parent(self, name="check")
        for number, case in enumerate(ruleset.cases, start=1):
            name = f"case[{case.name or number}]"
            yield CaseHolds.from_parent(self, name=name, ruleset=ruleset, case=case)
        yield from self._laws(ruleset)

    def _laws(self, ruleset: Ruleset) -> Iterator[pytest.Item]:
        wanted = self.config.getoption("commscore_laws")
        if not (self.config.getini("commscore_laws") if wanted is None else wanted):
            return
        from commscore.errors import UsageError

        try:
            from commscore.testing import LAWS
        except UsageError as error:
            yield CannotRun.from_parent(self, name="laws", why=str(error))
            return
        for law in LAWS:
            yield LawHolds.from_parent(self, name=f"law[{law.name}]", ruleset=ruleset, law=law)


class BrokenError(Exception):
    """A test of a ruleset does not hold; its text is the report."""


class RulesetItem(pytest.Item):
    """One test of a ruleset file."""

    line: int | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.add_marker("commscore")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Report what does not hold in words; only a fault of the library has a traceback."""
        from commscore.errors import CommscoreError

        if isinstance(excinfo.value, (BrokenError, CommscoreError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name the file, the line and the test."""
        return self.path, None if self.line is None else self.line - 1, f"{self.path.name}: {self.name}"


class Loads(RulesetItem):
    """That the file loads."""

    def runtest(self) -> None:
        """Load it."""
        from commscore._loading import load_ruleset

        load_ruleset(self.path)


class Checks(RulesetItem):
    """That the file has no fault; what is only doubtful is a warning."""

    def runtest(self) -> None:
        """Check it."""
        from commscore._loading import check_ruleset
        from commscore.errors import RulesetError, Severity

        found = check_ruleset(self.path)
        if any(diagnostic.severity is Severity.ERROR for diagnostic in found):
            raise RulesetError(found)
        for diagnostic in found:
            if diagnostic.severity is Severity.WARNING:
                self.warn(pytest.PytestWarning(str(diagnostic)))


class CaseHolds(RulesetItem):
    """That one of the ruleset's own cases comes out as it says."""

    def __init__(self, *, ruleset: Ruleset, case: Case, **options: Any) -> None:
        super().__init__(**options)
        self.ruleset, self.case, self.line = ruleset, case, case.line

    def runtest(self) -> None:
        """Run the case."""
        from commscore._casework import run_case

        outcome = run_case(self.ruleset, self.case)
        if not outcome.passed:
            place = f"{self.path.name}:{self.case.line}"
            raise BrokenError("\n".join(f"{place}: {line}" for line in outcome.differences))


class LawHolds(RulesetItem):
    """That a law holds of the ruleset."""

    def __init__(self, *, ruleset: Ruleset, law: Law, **options: Any) -> None:
        super().__init__(**options)
        self.ruleset, self.law = ruleset, law

    def runtest(self) -> None:
        """Try the law; the examples are the same each time unless ``--hypothesis-seed`` says otherwise."""
        from commscore.testing import LawError, check_laws

        seed = self.config.getoption("--hypothesis-seed", None)
        examples = self.config.getoption("commscore_examples") or int(self.config.getini("commscore_examples"))
        options: dict[str, Any] = {"derandomize": True} if seed is None else {"random_seed": int(seed)}
        try:
            report = check_laws(self.ruleset, laws=[self.law.number], max_examples=examples, **options)
        except LawError as error:
            raise BrokenError(str(error)) from None
        (run,) = report.runs
        if not run.examples:
            pytest.skip(run.note or "nothing to try it on")


class CannotRun(RulesetItem):
    """That something is missing without which a test cannot be run."""

    def __init__(self, *, why: str, **options: Any) -> None:
        super().__init__(**options)
        self.why = why

    def runtest(self) -> None:
        """Say what."""
        raise BrokenError(f"{self.why} (or run without the laws: --no-commscore-laws)")
