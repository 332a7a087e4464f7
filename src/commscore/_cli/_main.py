"""Arguments -> exit code: the commands, put together."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from cyclopts import App

from commscore._cli import (
    _cases,
    _check,
    _completion,
    _coverage,
    _diff,
    _doctor,
    _explain,
    _improve,
    _merge,
    _new,
    _report,
    _ruleset_diff,
    _rulesets,
    _sample,
    _score,
    _sql,
    _watch,
    _whatif,
)
from commscore._cli._config import apply_settings
from commscore._cli._exits import ended
from commscore._cli._streams import robust
from commscore._version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_HELP = """Score communities against what government promised them.

Results go to stdout, everything else to stderr. Exit codes: 0 done; 1 a gate
that was asked for is not met; 2 wrong usage or a faulty ruleset; 3 data that
cannot be used; 4 an internal fault; 130 interrupted.

Options may have defaults in commscore.toml and in variables such as
COMMSCORE_LANG; `commscore doctor` shows them."""

_EXAMPLES = """Examples:

  commscore ruleset list
  commscore score units.parquet -r dalian-2023 -o results/
  commscore explain 210202001001 units.parquet -r dalian-2023
  commscore report results/ --html results.html
  commscore ruleset new my-city-2025 -o my-city-2025.yaml

Each command shows its own: commscore score --help"""


def main(tokens: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        tokens: The arguments; those of the process unless given.

    Returns:
        The exit code.
    """
    robust()
    arguments = sys.argv[1:] if tokens is None else list(tokens)
    return ended(lambda: _code(build_app()(arguments, print_error=False, exit_on_error=False)))


def _code(result: object) -> int:
    return result if isinstance(result, int) else 0


def build_app() -> App:
    """Put the commands together."""
    app = _app("commscore", _HELP, _EXAMPLES)
    app.version = __version__
    app.config = (partial(apply_settings, app),)
    _add(app, "score", _score.score, _score.EXAMPLES)
    _add(app, "explain", _explain.explain, _explain.EXAMPLES)
    _add(app, "improve", _improve.improve, _improve.EXAMPLES)
    _add(app, "report", _report.report, _report.EXAMPLES)
    _add(app, "merge", _merge.merge, _merge.EXAMPLES)
    _add(app, "diff", _diff.diff, _diff.EXAMPLES)
    _add(app, "whatif", _whatif.whatif, _whatif.EXAMPLES)
    _add(app, "sample", _sample.sample, _sample.EXAMPLES)
    _add(app, "watch", _watch.watch, _watch.EXAMPLES)
    ruleset = _app("ruleset", "Look at rulesets and check them.", _rulesets.EXAMPLES)
    _add(ruleset, "check", _check.check, _check.EXAMPLES)
    _add(ruleset, "show", _rulesets.show, _rulesets.SHOW_EXAMPLES)
    _add(ruleset, "list", _rulesets.list_all, _rulesets.LIST_EXAMPLES)
    _add(ruleset, "coverage", _coverage.coverage, _coverage.EXAMPLES)
    _add(ruleset, "diff", _ruleset_diff.diff, _ruleset_diff.EXAMPLES)
    _add(ruleset, "new", _new.new, _new.EXAMPLES)
    _add(ruleset, "schema", _new.schema, _new.SCHEMA_EXAMPLES)
    _add(ruleset, "test", _cases.run, _cases.EXAMPLES)
    _add(ruleset, "sql", _sql.sql, _sql.EXAMPLES)
    app.command(ruleset)
    _add(app, "doctor", _doctor.doctor, _doctor.EXAMPLES)
    _add(app, "completion", _completion.completion, _completion.EXAMPLES)
    return app


def _app(name: str, text: str, examples: str) -> App:
    return App(
        name=name,
        help=text,
        help_format="plaintext",
        help_epilogue=examples,
        result_action="return_value",
        suppress_keyboard_interrupt=False,
    )


def _add(app: App, name: str, command: Callable[..., int], examples: str) -> None:
    app.command(command, name=name, help_epilogue=examples)
