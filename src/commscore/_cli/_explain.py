"""``commscore explain``: every finding of one unit or area, in words."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from commscore._cli._exits import Exit
from commscore._cli._options import Files, Json, Lang, RulesetName, TableOptions, as_arguments
from commscore._cli._streams import say, say_json

EXAMPLES = """Examples:

  commscore explain 210202001001 units.parquet -r dalian-2023
  commscore explain 2102 units.parquet -r dalian-2023 --more city=city.parquet --lang en
  commscore explain v17 villages.csv -r my-county.yaml --key id --json"""


def explain(
    unit: Annotated[str, Parameter(name="KEY", help="Key of a unit, or code of an area of the rollup.")],
    files: Files,
    /,
    *,
    ruleset: RulesetName,
    tables: TableOptions | None = None,
    lang: Lang = "zh",
    json: Json = False,
) -> int:
    """Explain the findings of one unit or area.

    Every rule with its status, numbers, clause and source. Areas are those of all
    units in FILES.
    """
    from commscore._files import evaluate_some

    result = evaluate_some(files, ruleset, [unit], **as_arguments(tables or TableOptions()))
    if json:
        found = result.findings(key=unit)
        if not found.num_rows:
            result.explain(unit, lang=lang)  # says that there is no such key
        say_json(found.to_pylist())
    else:
        say(result.explain(unit, lang=lang))
    return Exit.DONE
