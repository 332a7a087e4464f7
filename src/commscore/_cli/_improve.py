"""``commscore improve``: the cheapest set of findings to mend for a better grade, and where to begin."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, Literal

import attrs
from cyclopts import Parameter

from commscore._cli._exits import Exit
from commscore._cli._options import Files, Json, RulesetName, TableOptions, as_arguments
from commscore._cli._streams import say, say_json, tabled, tell
from commscore.errors import DataError, DataFault

if TYPE_CHECKING:
    from commscore._improving import Improvement, Step

EXAMPLES = """Examples:

  commscore improve 210202001001 units.parquet -r dalian-2023 --to 达标
  commscore improve 2102 units.parquet -r dalian-2023 --to 80 --by gap
  commscore improve 2102 units.parquet -r dalian-2023 --to 优秀 --costs costs.csv --json"""

_PLACES = 20  # of each rule, for people; --json has all


def improve(
    unit: Annotated[str, Parameter(name="KEY", help="Key of a unit, or code of an area of the rollup.")],
    files: Files,
    /,
    *,
    ruleset: RulesetName,
    to: Annotated[str, Parameter(metavar="GOAL", help="A grade of the ruleset, or a score.")],
    by: Annotated[
        Literal["fixes", "gap", "cost"],
        Parameter(help="What to keep small: how many findings, their weighted gaps, or the costs given."),
    ] = "fixes",
    costs: Annotated[
        str | None,
        Parameter(metavar="FILE", help="Table with the columns rule, cost and perhaps key; implies --by cost."),
    ] = None,
    mend_undecided: Annotated[
        bool, Parameter(negative="", show_default=False, help="Let unknown findings and errors be among the steps.")
    ] = False,
    tables: TableOptions | None = None,
    json: Json = False,
) -> int:
    """Find the cheapest set of findings to mend for a grade or score.

    For an area, also the places inside to begin with.

    Exits with 1 when mending everything would not be enough.
    """
    from commscore._files import evaluate_some

    result = evaluate_some(files, ruleset, [unit], **as_arguments(tables or TableOptions()))
    goal: str | float = to if to in {grade.name for grade in result.ruleset.scoring.grades} else _number(to)
    given = None if costs is None else _table(costs)
    found = result.improve(unit, to=goal, by="cost" if costs else by, costs=given, mend_undecided=mend_undecided)
    places = result.fix_first(unit).to_pylist() if found.is_area else []
    if json:
        say_json(_data(found) | {"places": places})
    else:
        say(_text(found, places))
    if not found.reachable:
        tell("commscore: the goal is out of reach by mending what can be mended")
    return Exit.DONE if found.reachable else Exit.GATE


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text  # no grade either: the library says which there are


def _table(path: str) -> Any:
    """Read a small table of costs."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    try:
        return parquet.read_table(path) if path.endswith(".parquet") else csv.read_csv(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError([DataFault(f"--costs: {path} cannot be read: {error}")]) from None


def _data(found: Improvement) -> dict[str, Any]:
    data = attrs.asdict(found)
    numbers = {name: float(value) for name, value in data.items() if isinstance(value, Fraction)}
    steps = [{**step, "gain": float(step["gain"]), "cost": float(step["cost"])} for step in data["steps"]]
    return data | numbers | {"steps": steps}


def _text(found: Improvement, places: list[dict[str, Any]]) -> str:
    lines = [
        f"{found.key} ({found.level}): {_score(found.score, found.grade)}",
        f"Goal: {found.to if isinstance(found.to, str) else float(found.to)}",
    ]
    if not found.steps and found.reachable:
        return "\n".join([*lines, "Reached already."])
    after = _score(found.score_after, found.grade_after)
    if found.reachable:
        proof = "" if found.proven else " (a cheaper set may exist: the search was cut short)"
        many = f"{len(found.steps)} finding{'' if len(found.steps) == 1 else 's'}"
        lines += [f"Mend {many}, cost {float(found.cost):.10g} by {found.by}{proof}; then {after}", ""]
        lines += [tabled([_step(step) for step in found.steps])]
    else:
        lines += [f"Out of reach: with every failing finding mended that can be, {after}"]
    if found.undecided:
        lines += ["", f"{found.undecided} findings are undecided; --mend-undecided lets them be among the steps."]
    if found.unpriced:
        lines += ["", f"Without a cost, and so not among the steps: {', '.join(found.unpriced)}"]
    return "\n".join([*lines, *_places(found, places)])


def _score(score: Fraction | None, grade: str | None) -> str:
    shown = "no score" if score is None else f"{float(score):.2f}"
    return shown if grade is None else f"{shown}, {grade}"


def _step(step: Step) -> dict[str, Any]:
    return {
        "rule": step.rule,
        "scope": step.scope,
        "now": step.status if step.value is None else f"{step.value:.10g}",
        "required": step.required,
        "gap": None if step.gap is None else f"{step.gap:.10g}",
        "gain": f"{float(step.gain):.4g}",
        "cost": f"{float(step.cost):.4g}",
        "clause": step.clause,
    }


def _places(found: Improvement, places: list[dict[str, Any]]) -> list[str]:
    """Lay out the places that are needed for each step."""
    wanted = {step.rule for step in found.steps}
    needed = [place for place in places if place["needed"] and place["rule"] in wanted]
    lines: list[str] = []
    for rule in dict.fromkeys(place["rule"] for place in needed):
        mine = [place for place in needed if place["rule"] == rule]
        title = f"{rule}: begin with {len(mine)} of the places that hold it back"
        more = [f"… and {len(mine) - _PLACES} more; --json lists all"] if len(mine) > _PLACES else []
        shown = [{name: place[name] for name in ("scope", "key", "value", "shortfall")} for place in mine[:_PLACES]]
        lines += ["", title, tabled(shown), *more]
    return lines
