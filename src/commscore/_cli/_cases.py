"""``commscore ruleset test``: the tests that rulesets carry themselves."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from commscore._cli._exits import Exit
from commscore._cli._options import Json
from commscore._cli._streams import say, say_json, tell

EXAMPLES = """Examples:

  commscore ruleset test dalian-2023
  commscore ruleset test my-city.yaml --json"""


def run(
    rulesets: Annotated[
        list[str], Parameter(name="RULESETS", negative="", help="Ids of rulesets, or paths of YAML files.")
    ],
    /,
    *,
    json: Json = False,
) -> int:
    """Run the cases of rulesets: small tables and what is expected of them.

    Exits with 1 when one comes out otherwise, with 2 when a ruleset is faulty.
    """
    from commscore._casework import run_cases
    from commscore._loading import load_ruleset

    outcomes = [(loaded, run_cases(loaded)) for loaded in map(load_ruleset, rulesets)]
    if json:
        say_json(
            [
                {
                    "ruleset": loaded.id,
                    "line": outcome.case.line,
                    "name": outcome.case.name,
                    "passed": outcome.passed,
                    "expected": dict(outcome.case.expect),
                    "found": outcome.found,
                    "fault": outcome.fault,
                }
                for loaded, found in outcomes
                for outcome in found
            ]
        )
    failed = [(loaded, outcome) for loaded, found in outcomes for outcome in found if not outcome.passed]
    for loaded, outcome in failed if not json else ():
        place = f"{loaded.path or loaded.id}:{outcome.case.line}: {outcome.case.name or 'case'}"
        for line in outcome.differences:
            say(f"{place}: {line}")
    count = sum(len(found) for _, found in outcomes)
    tell(f"{count} case{'' if count == 1 else 's'}: {count - len(failed)} as expected, {len(failed)} not")
    return Exit.GATE if failed else Exit.DONE
