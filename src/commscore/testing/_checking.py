"""Run the laws on a ruleset."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection

import attrs
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from commscore._loading import load_ruleset
from commscore._ruleset import Ruleset
from commscore.errors import UsageError
from commscore.testing._directions import undirected
from commscore.testing._law import Law, LawError
from commscore.testing._laws_files import written_and_read
from commscore.testing._laws_nothing import nothing_is_judged
from commscore.testing._laws_thresholds import thresholds
from commscore.testing._laws_values import better_values, blanked_cells
from commscore.testing._laws_votes import evaluators_agree, votes_missing
from commscore.testing._laws_whole import parts_and_whole, rules_alone, rules_that_do_not_apply, table_as_written

LAWS = (
    Law(
        1,
        "parts-and-whole",
        "Evaluating parts and merging them equals evaluating the whole, bit for bit, in any split and order.",
        parts_and_whole,
    ),
    Law(2, "rules-alone", "A rule alone gives what it gives among others.", rules_alone),
    Law(
        3,
        "table-as-written",
        "The order and names of columns, extra columns and the library that holds the table do not matter.",
        table_as_written,
    ),
    Law(
        4,
        "blanked-cells",
        "Blanking a cell moves a finding to unknown or not at all, never raises score_low or coverage and never "
        "lowers score_high.",
        blanked_cells,
    ),
    Law(
        5,
        "better-values",
        "A better value within its bounds never worsens a status, a score or a grade, and a stricter requirement "
        "never passes more.",
        better_values,
    ),
    Law(6, "rules-that-do-not-apply", "A rule that does not apply changes no score.", rules_that_do_not_apply),
    Law(
        7,
        "thresholds",
        "Exactly at the threshold the comparator decides; one place below it and above it nothing is open.",
        thresholds,
    ),
    Law(
        8,
        "nothing-is-judged",
        "Zero denominators and empty areas are never infinite, never pass and never fail.",
        nothing_is_judged,
    ),
    Law(9, "evaluators-agree", "Evaluators that share no code agree on every finding and score.", evaluators_agree),
    Law(
        10,
        "written-and-read",
        "Writing and reading a ruleset gives the same ruleset and hash; comments and the order of keys do not matter.",
        written_and_read,
        cost=25,
    ),
)
_ALWAYS = 10  # the law that needs no tables


@attrs.frozen
class Drawing:
    """How examples are drawn: how many, whether the same each time, and from which seed."""

    max_examples: int
    derandomize: bool = attrs.field(kw_only=True)
    seed: int | None = attrs.field(kw_only=True)


@attrs.frozen
class LawRun:
    """How a law was tried.

    Attributes:
        law: The law.
        examples: How many examples it held for; 0 where there was none to try, and then ``note`` says why.
        note: What was left out; null when nothing was.
    """

    law: Law
    examples: int
    note: str | None = None


@attrs.frozen
class LawReport:
    """What `check_laws` tried; every law held.

    Attributes:
        ruleset: The id of the ruleset.
        runs: One entry for each law, in their order.
        notes: Which evaluators could not vote on law 9, and why.
    """

    ruleset: str
    runs: tuple[LawRun, ...]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """List the laws with their examples, then what was left out."""
        lines = [
            f"{self.ruleset}: {sum(run.examples > 0 for run in self.runs)} of {len(self.runs)} laws tried, all hold"
        ]
        for run in self.runs:
            note = "" if run.note is None else f" ({run.note})"
            lines.append(f"  {run.law.number:>2} {run.law.name:<24} {run.examples} examples{note}")
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])


def check_laws(
    ruleset: str | os.PathLike[str] | Ruleset,
    *,
    laws: Collection[int | str] | None = None,
    max_examples: int = 50,
    derandomize: bool = False,
    random_seed: int | None = None,
) -> LawReport:
    """Try the ten laws on a ruleset, with tables drawn at its boundaries.

    Each example takes a few of the ruleset's rules, so that what fails names them.

    Args:
        ruleset: An id, a path or a loaded ruleset. A plan of several years and a baseline are not evaluated, so only
            law 10 is tried on them.
        laws: Which laws, by number or name; all unless given.
        max_examples: How many examples of each law.
        derandomize: Whether the same examples are drawn each time.
        random_seed: What the drawing starts from; a failure is met again with the same seed.

    Returns:
        Which laws were tried, with how many examples, and what was left out; it can be printed.

    Raises:
        LawError: A law is broken: an ``AssertionError`` with the law, what is broken in words, the smallest table found
            and both results.
        RulesetError: The ruleset cannot be used.
        UsageError: A law that does not exist, or no examples at all.

    Example:
        >>> report = check_laws("taian-2023", laws=["thresholds"], max_examples=5, derandomize=True)
        >>> [(run.law.number, run.examples > 0) for run in report.runs]
        [(7, True)]
    """
    chosen = _chosen(laws)
    if not isinstance(max_examples, int) or max_examples < 1:
        raise UsageError(f"max_examples: give a whole number from 1, not {max_examples!r}")
    loaded = load_ruleset(ruleset)
    options = Drawing(max_examples, derandomize=derandomize, seed=random_seed)
    runs = tuple(_run(law, loaded, options) for law in chosen)
    notes = votes_missing() if any(run.law.name == "evaluators-agree" for run in runs) else ()
    return LawReport(loaded.id, runs, tuple(notes))


def _chosen(laws: Collection[int | str] | None) -> tuple[Law, ...]:
    if laws is None:
        return LAWS
    if isinstance(laws, (str, int)):
        raise UsageError(f"laws: give a list, such as [{laws!r}]")
    known = {law.number for law in LAWS} | {law.name for law in LAWS}
    strange = [law for law in laws if law not in known]
    if strange:
        names = ", ".join(f"{law.number} {law.name}" for law in LAWS)
        raise UsageError(f"laws: there is no {', '.join(map(repr, strange))}; there are {names}")
    return tuple(law for law in LAWS if law.number in laws or law.name in laws)


def _run(law: Law, ruleset: Ruleset, options: Drawing) -> LawRun:
    left_out = None if law.number == _ALWAYS else _not_evaluated(ruleset)
    if left_out is not None:
        return LawRun(law, 0, left_out)
    held = 0

    def one_example(data: st.DataObject) -> None:
        nonlocal held
        law.check(ruleset, data)
        held += 1

    try:
        _tested(law, one_example, options)()
    except Unsatisfiable:
        return LawRun(law, 0, "nothing in this ruleset to try it on")
    except LawError as error:
        raise _named(error, law, ruleset) from None
    return LawRun(law, held, _left_out(law, ruleset))


def _tested(law: Law, check: Callable[[st.DataObject], None], options: Drawing) -> Callable[[], None]:
    """Wrap a check so that Hypothesis draws its examples and shrinks what fails."""
    profile = settings(
        max_examples=max(1, options.max_examples // law.cost),
        derandomize=options.derandomize,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    test = profile(given(st.data())(check))
    return test if options.seed is None else seed(options.seed)(test)


def _named(error: LawError, law: Law, ruleset: Ruleset) -> LawError:
    """Give the error its law; what Hypothesis noted of the draws says less than the error itself."""
    return LawError(
        law,
        ruleset.id,
        error.words,
        rules=error.rules,
        data=error.data,
        options=error.options,
        results=error.results,
    )


def _not_evaluated(ruleset: Ruleset) -> str | None:
    if ruleset.year is None:
        return "a plan of several years is not evaluated itself"
    return None if ruleset.rules else "there are no rules"


def _left_out(law: Law, ruleset: Ruleset) -> str | None:
    if law.name != "better-values":
        return None
    names = [rule.id for rule in ruleset.rules if undirected(rule, ruleset.inputs)]
    return f"filters, ranges and exact amounts of {', '.join(names)} have no better and worse" if names else None
