"""Laws 1 to 3 and 6: what may not matter: how the data is cut, which rules stand beside, how the table is written."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

import attrs
import pyarrow as pa
from hypothesis import assume
from hypothesis import strategies as st

from commscore._merging import merge
from commscore._requirement import Comparator, Requirement
from commscore._ruleset import Filter, Force, Input, InputType, Rule, Ruleset, Text
from commscore.testing._cells import names_in
from commscore.testing._comparing import difference
from commscore.testing._law import broken
from commscore.testing._sampling import Sample, focused, judge, samples, tables_of, with_table

_SCORES = ("score", "score_low", "score_high", "coverage", "maximum", "grade", "grade_low", "grade_high")


def parts_and_whole(ruleset: Ruleset, data: st.DataObject) -> None:
    """Law 1: evaluate the rows in another order, cut in parts, and merge: the result is that of the whole."""
    sample = data.draw(samples(ruleset))
    table = sample.dataset.table
    order = data.draw(st.permutations(range(table.num_rows)))
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, table.num_rows - 1)), max_size=2)))
    shuffled = table.take(pa.array(order, pa.int64()))
    ends = [0, *(cut for cut in cuts if cut < table.num_rows), table.num_rows]
    parts = [shuffled.slice(start, end - start) for start, end in pairwise(ends)]

    whole = judge(sample)
    merged = merge(*(judge(sample, table=part) for part in parts))

    found = difference(whole, merged)
    if found is not None:
        words = f"evaluated whole, and in {len(parts)} parts that are then merged: {found[0]}"
        raise broken(sample, words, found[1], found[2])


def rules_alone(ruleset: Ruleset, data: st.DataObject) -> None:
    """Law 2: leave out all other rules: the findings of this one are the same, what they add to the score aside."""
    sample = data.draw(samples(ruleset))
    rule = data.draw(st.sampled_from(sample.ruleset.rules))
    assume(len(sample.ruleset.rules) > 1)
    among = judge(sample).findings(rule=rule.id).drop_columns(["gain"]).to_pylist()

    alone = judge(sample, ruleset=focused(sample.ruleset, [rule]))

    mine = alone.findings().drop_columns(["gain"]).to_pylist()
    for one, two in zip(among, mine, strict=True):
        if one != two:
            raise broken(sample, f"the rule {rule.id} says one thing among others and another alone", one, two)


# ---- LAW 3 ----


def as_rows(table: Any) -> Any:
    """Give a table as a list of rows."""
    return table.to_pylist()


def as_columns(table: Any) -> Any:
    """Give a table as a mapping of columns."""
    return table.to_pydict()


def as_chunks(table: Any) -> Any:
    """Give a table whose columns are cut in pieces."""
    return pa.concat_tables([table.slice(row, 1) for row in range(table.num_rows)]) if table.num_rows else table


def as_polars(table: Any) -> Any:
    """Give a table as a polars frame."""
    import polars as pl  # noqa: PLC0415 - tried only where it is installed

    return pl.from_arrow(table)


def forms() -> list[Callable[[Any], Any]]:
    """Return the ways to hand over a table that can be tried here."""
    found: list[Callable[[Any], Any]] = [as_rows, as_columns, as_chunks]
    if importlib.util.find_spec("polars") is not None:
        found.append(as_polars)
    return found


def table_as_written(ruleset: Ruleset, data: st.DataObject) -> None:
    """Law 3: shuffle columns, rename them, add one that means nothing, hand the table over otherwise: no difference."""
    sample = data.draw(samples(ruleset))
    names = data.draw(st.permutations(sample.dataset.table.column_names))
    renamed = data.draw(st.booleans())
    form = data.draw(st.sampled_from(forms()))
    table = sample.dataset.table.select(names).append_column("unrelated", pa.array([7] * sample.dataset.table.num_rows))
    theirs = {f"their {name}": name for name in names if name in sample.ruleset.inputs} if renamed else {}
    ours = {name: theirs_ for theirs_, name in theirs.items()}
    table = table.rename_columns([ours.get(name, name) for name in table.column_names])

    found = difference(judge(sample), judge(sample, table=form(table), columns=theirs or None))

    if found is not None:
        renaming, handing = "renamed and " if renamed else "", form.__name__.replace("_", " ")
        how = f"columns {renaming}in another order, handed over {handing}"
        raise broken(sample, f"the same table with {how}: {found[0]}", found[1], found[2])


# ---- LAW 6 ----

_PROBE = "commscore_probe"


def rules_that_do_not_apply(ruleset: Ruleset, data: st.DataObject) -> None:
    """Law 6: add a rule that is out of scope, not due, informational or switched off: no score changes."""
    sample = data.draw(samples(ruleset, max_rules=2))
    rule = data.draw(st.sampled_from(sample.ruleset.rules))
    way = data.draw(st.sampled_from((_switched_off, _informational, _not_due, _out_of_scope)))
    extra = attrs.evolve(rule, id=f"{rule.id}-which-does-not-apply")
    found = way(extra, sample)
    assume(found is not None)
    if found is None:
        return
    varied, sample_with = found
    more_rules = attrs.evolve(sample_with.ruleset, rules=(*sample_with.ruleset.rules, varied))

    one, two = judge(sample), judge(sample_with, ruleset=more_rules)

    for table in ("units", "areas"):
        mine, theirs = getattr(one, table).to_pylist(), getattr(two, table).to_pylist()
        for before, after in zip(mine, theirs, strict=True):
            changed = [name for name in _SCORES if before[name] != after[name]]
            if changed:
                words = f"a copy of {rule.id} that is {way.__name__.strip('_').replace('_', ' ')} changes {changed[0]}"
                raise broken(sample, words, before, after)


def _switched_off(rule: Rule, sample: Sample) -> tuple[Rule, Sample] | None:
    return attrs.evolve(rule, selected=False, because="not wanted"), sample


def _informational(rule: Rule, sample: Sample) -> tuple[Rule, Sample] | None:
    # A column that is missing lowers the coverage of a rule that is judged, and this one is not.
    return attrs.evolve(rule, force=Force.INFORMATIONAL), sample


def _not_due(rule: Rule, sample: Sample) -> tuple[Rule, Sample] | None:
    return attrs.evolve(rule, due=date(2200, 1, 1)), sample


def _out_of_scope(rule: Rule, sample: Sample) -> tuple[Rule, Sample] | None:
    """Filter by a column that lets nothing in: 0 everywhere, where 1 is asked."""
    levels = {sample.ruleset.inputs[name].level for name in names_in(rule) if name in sample.ruleset.inputs}
    tables = tables_of(sample.dataset)
    level = levels.pop() if len(levels) == 1 else None
    table = tables.get(level) if level is not None else None
    elsewhere = {name for other, found in tables.items() if other != level for name in found.column_names}
    if level is None or table is None or not names_in(rule) <= set(table.column_names) - elsewhere:
        return None  # a column that is missing is told apart from a scope that is empty
    if any(key.input == "kind" for part in (rule, *rule.parts) for key in part.where) or _by_kind(rule):
        return None
    probe = Input(name=_PROBE, title=Text(_PROBE), type=InputType.COUNT, level=level, min=Fraction(0))
    zeros = pa.array([0] * table.num_rows, pa.int64())
    dataset = with_table(sample.dataset, level, table.append_column(_PROBE, zeros))
    inputs = {**sample.ruleset.inputs, _PROBE: probe}
    nobody = Filter(_PROBE, requirement=Requirement(Comparator.AT_LEAST, Fraction(1)))
    varied = attrs.evolve(rule, where=(*rule.where, nobody))
    return varied, attrs.evolve(sample, dataset=dataset, ruleset=attrs.evolve(sample.ruleset, inputs=inputs))


def _by_kind(rule: Rule) -> bool:
    return any("all" not in part.requirements and part.requirements for part in (rule, *rule.parts))
