"""``commscore ruleset coverage``: clause by clause, what a ruleset makes of its document."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from commscore._cli._exits import Exit
from commscore._cli._options import Json
from commscore._cli._streams import say, say_json, tabled, tell

if TYPE_CHECKING:
    from commscore._coverage import Coverage, Entry
    from commscore._ruleset import Ruleset

EXAMPLES = """Examples:

  commscore ruleset coverage dalian-2025
  commscore ruleset coverage my-city.yaml --json"""


def coverage(
    ruleset: Annotated[str, Parameter(name="ID", help="Id of a ruleset, or the path of a YAML file.")],
    /,
    *,
    json: Json = False,
) -> int:
    """Show clause by clause what is scored, what is not, and why.

    Clauses of a numbering that the ruleset does not mention are listed as `none`.
    What comes after the last clause that it mentions cannot be known from it.
    """
    from commscore._coverage import cover
    from commscore._loading import load_ruleset

    loaded = load_ruleset(ruleset)
    found = cover(loaded)
    if json:
        say_json(_data(loaded, found))
        return Exit.DONE
    say(f"{loaded.id}  {loaded.source.document or loaded.title.zh}\n")
    say(tabled([_row(entry) for entry in found.entries]))
    tell(_summed(found))
    return Exit.DONE


def _summed(found: Coverage) -> str:
    counts = ", ".join(f"{count} {treatment}" for treatment, count in found.counts.items() if count)
    clauses = {entry.clause for entry in found.entries if entry.clause is not None}
    return f"{len(clauses)} clauses: {counts}"


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "clause": entry.clause,
        "": str(entry.treatment),
        "rule": entry.rule,
        "obligation": entry.text,
        "due": entry.due,
        "why": entry.why,
        **({} if entry.document is None else {"document": entry.document}),
    }


def _data(ruleset: Ruleset, found: Coverage) -> dict[str, Any]:
    clauses = groupby(found.entries, key=lambda entry: (entry.document, entry.clause))
    return {
        "ruleset": ruleset.id,
        "document": ruleset.source.document,
        "counts": {str(treatment): count for treatment, count in found.counts.items()},
        "gaps": list(found.gaps),
        "clauses": [
            {
                "clause": clause,
                "document": document or ruleset.source.document,
                "entries": [_entry(entry) for entry in entries],
            }
            for (document, clause), entries in clauses
        ],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "treatment": str(entry.treatment),
        "rule": entry.rule,
        "text": entry.text,
        "due": None if entry.due is None else entry.due.isoformat(),
        "why": entry.why,
    }
