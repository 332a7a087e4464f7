"""``commscore whatif``: the same communities under another ruleset, or with a figure moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from commscore._cli._comparing import show_comparison
from commscore._cli._exits import Exit
from commscore._cli._options import Files, Json, RulesetName, TableOptions, as_arguments
from commscore._cli._streams import say, say_json, tabled
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES = """Examples:

  commscore whatif units.parquet -r dalian-2023 --under tonghua-2023
  commscore whatif units.parquet -r dalian-2023 --set 'social-orgs.urban=>= 12'
  commscore whatif units.parquet -r dalian-2023 --sweep social-orgs --scope urban --thresholds 5,8,10,12,15"""


def whatif(
    files: Files,
    /,
    *,
    ruleset: RulesetName,
    under: Annotated[
        str | None, Parameter(metavar="RULESET", help="Another ruleset: an id, or path of a YAML file.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        Parameter(
            name="--set",
            negative="",
            metavar="RULE=REQUIREMENT",
            help="A requirement to change, as RULE=… or RULE.urban=…; may be repeated.",
        ),
    ] = None,
    sweep: Annotated[
        str | None, Parameter(metavar="RULE", help="A rule whose figure is moved over the --thresholds.")
    ] = None,
    thresholds: Annotated[
        list[str] | None, Parameter(negative="", metavar="NUMBERS", help="Figures for --sweep, such as `5,10,15`.")
    ] = None,
    scope: Annotated[
        str | None, Parameter(metavar="SCOPE", help="For --sweep: `urban` or `rural`, where the rule goes by scope.")
    ] = None,
    out: Annotated[
        str | None, Parameter(name=["--out", "-o"], metavar="FILE", help="Parquet file for the findings that change.")
    ] = None,
    tables: TableOptions | None = None,
    json: Json = False,
) -> int:
    """Score the same units differently, and show who changes.

    With --under or --set: who changes grade, which findings change, and why the mean moves.
    With --sweep: how many would pass, for each threshold.
    """
    from commscore._files import evaluate_some

    if (sweep is None) == (under is None and not set_):
        raise UsageError("whatif: give --under or --set, or else --sweep with --thresholds")
    options = as_arguments(tables or TableOptions())
    result = evaluate_some(files, ruleset, [], **options)
    if sweep is not None:
        return _swept(result.sweep(sweep, _numbers(thresholds), scope=scope), json=json)
    return show_comparison(result.compare(result.under(under, changes=_changes(set_ or ()))), out=out, json=json)


def _numbers(texts: list[str] | None) -> list[str]:
    found = [part.strip() for text in texts or () for part in text.split(",") if part.strip()]
    if not found:
        raise UsageError("whatif: --sweep needs --thresholds, such as --thresholds 5,10,15")
    return found


def _changes(texts: Sequence[str]) -> dict[str, Any]:
    """Read changes such as ``social-orgs.urban=>= 12``."""
    changes: dict[str, Any] = {}
    for text in texts:
        name, equals, requirement = text.partition("=")
        rule, _, scope = name.strip().partition(".")
        if not (equals and rule and requirement.strip()):
            raise UsageError(f"--set: {text!r} is no change; write --set 'RULE=>= 12' or --set 'RULE.urban=>= 12'")
        if not scope:
            changes[rule] = requirement.strip()
        elif isinstance(changes.setdefault(rule, {}), dict):
            changes[rule][scope] = requirement.strip()
    return changes


def _swept(table: Any, *, json: bool) -> int:
    rows = table.to_pylist()
    if json:
        say_json(rows)
    else:
        shown = ("pass_rate_low", "pass_rate_high")
        rates = [{name: None if row[name] is None else f"{row[name]:.1%}" for name in shown} for row in rows]
        plain = ("required", "n_pass", "n_fail", "n_unknown", "n_error")
        say(tabled([{name: row[name] for name in plain} | rate for row, rate in zip(rows, rates, strict=True)]))
    return Exit.DONE
