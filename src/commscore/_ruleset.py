"""The model of a ruleset: frozen data, no behaviour. Loading makes it, everything else reads it."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs

from commscore import _notebook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from fractions import Fraction

    from commscore._requirement import Requirement

LEVELS = ("site", "community", "township", "county", "city", "province")
NATION = "nation"  # one area around all: no table is of this level, and no code leads to it
AREA_LEVELS = (*LEVELS, NATION)
CODE_LENGTHS = MappingProxyType({"community": 12, "township": 9, "county": 6, "city": 4, "province": 2})
SCOPES = ("urban", "rural")
ALL = "all"  # the scope of a requirement that does not differ by urban and rural
BUILT_IN = ("kind", "code", "units", "township", "county", "city", "province")


class InputType(StrEnum):
    """What an input's values are."""

    COUNT = "count"
    QUANTITY = "quantity"
    RATE = "rate"
    FLAG = "flag"
    CATEGORY = "category"


class Force(StrEnum):
    """How strongly a rule binds: 约束性, 预期性, or shown only."""

    BINDING = "binding"
    EXPECTED = "expected"
    INFORMATIONAL = "informational"


@attrs.frozen
class Text:
    """A title in Chinese and, where there is one, in English."""

    zh: str
    en: str | None = None

    def __str__(self) -> str:
        """Give the Chinese title."""
        return self.zh


@attrs.frozen
class Input:
    """One measured column, declared once in the catalogue.

    Attributes:
        name: The name that rules and tables use.
        title: Titles in zh and en; a table's column may carry either.
        type: ``count``, ``quantity``, ``rate``, ``flag`` or ``category``.
        level: The level whose places it describes.
        unit: Measure word or unit of its values, such as 个 or ㎡; null for flags, rates and categories.
        places: Decimal places at which values are read (0 for counts and flags, 4 for quantities, 9 for rates).
        part_of: The input that it is a part of, in the same row: a greater value is an error.
        min: Least possible value (a fraction of one for rates).
        max: Greatest possible value; null when there is none.
        stored_as: For rates, how tables hold it: ``fraction``, ``percent`` or ``permille``.
        values: The values of a category.
        aliases: Other column names that tables use.
        counts: For a flag, the two counts (having it, all) that a ``share`` may take in its place.
    """

    name: str
    title: Text
    type: InputType
    level: str = "community"
    unit: str | None = None
    places: int = 0
    part_of: str | None = None
    min: Fraction | None = None
    max: Fraction | None = None
    stored_as: str = "fraction"
    values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    counts: tuple[str, str] | None = None


@attrs.frozen
class Filter:
    """One key of a ``where``: the input (or built-in) and what it must be.

    Attributes:
        input: Name of an input, ``kind``, ``code`` or an area level.
        values: The values that let a unit in, for kinds, codes, areas and categories; empty when ``requirement`` is
            given.
        requirement: What the unit's value must meet, for counts, quantities, rates and flags.
    """

    input: str
    values: tuple[str, ...] = ()
    requirement: Requirement | None = None


@attrs.frozen
class Part:
    """An assessment and what it must meet: the shape that rules, parts of compounds and nested conditions share.

    Attributes:
        assessment: ``each``, ``mean``, ``ratio``, ``share``, ``total``, ``change``, ``all``, ``any`` or ``atleast``.
        inputs: What is assessed: ``(X,)`` for each, mean and total; ``(NUM, DEN)`` for ratio and for an ``each`` that
            judges a ratio; ``(X, Y)`` for a change of X from Y; empty for share and compounds, whose ``parts`` say it.
        per: The factor of a ratio; 1 when values are fractions of one.
        n: How many parts must pass, for ``atleast``.
        over: The level at which it is judged; null is the jurisdiction (``each``: its inputs' own level).
        where: Which units it concerns; all filters must hold.
        requirements: By scope, ``urban`` and ``rural`` or ``all``; empty for an informational rule without one, and for
            compounds (each of whose parts has its own, inherited from the compound where the file gives one there).
        phrase: The policy's words for the figure, by scope where the requirement is; null where the file gives none.
        parts: The parts of a compound; of a share, one: the condition that its units must satisfy.
        counts: For a share of a flag, the two counts that stand in where the flag's own column is absent.
    """

    assessment: str
    inputs: tuple[str, ...] = ()
    per: Fraction = attrs.field(kw_only=True)
    n: int | None = attrs.field(default=None, kw_only=True)
    over: str | None = attrs.field(default=None, kw_only=True)
    where: tuple[Filter, ...] = attrs.field(default=(), kw_only=True)
    requirements: Mapping[str, Requirement] = attrs.field(factory=dict, kw_only=True)
    phrase: str | Mapping[str, str] | None = attrs.field(default=None, kw_only=True)
    parts: tuple[Part, ...] = attrs.field(default=(), kw_only=True)
    counts: tuple[str, str] | None = attrs.field(default=None, kw_only=True)


@attrs.frozen
class Rule(Part):
    """One obligation of a policy document.

    Attributes:
        id: Name within the ruleset.
        group: The group it belongs to; null directly under the ruleset.
        title: Titles in zh and en.
        clause: Where the document says it.
        due: When it falls due; null when it is in force from the start.
        weight: Its weight in the score.
        force: ``binding``, ``expected`` or ``informational``.
        veto: Whether failing it alone gives the lowest grade (一票否决).
        responsible: The departments named.
        note: How the text was read, and which other reading there is.
        selected: False when a child ruleset switched it off.
        because: Why it was loosened or switched off.
        source: The document it comes from, where that is not the ruleset's own (inherited rules).
    """

    id: str = attrs.field(kw_only=True)
    group: str | None = attrs.field(default=None, kw_only=True)
    title: Text = attrs.field(kw_only=True)
    clause: str | None = attrs.field(default=None, kw_only=True)
    due: date | None = attrs.field(default=None, kw_only=True)
    weight: Fraction = attrs.field(kw_only=True)
    force: Force = attrs.field(default=Force.BINDING, kw_only=True)
    veto: bool = attrs.field(default=False, kw_only=True)
    responsible: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    note: str | None = attrs.field(default=None, kw_only=True)
    selected: bool = attrs.field(default=True, kw_only=True)
    because: str | None = attrs.field(default=None, kw_only=True)
    source: Source | None = attrs.field(default=None, kw_only=True)

    _repr_html_ = _notebook.rule_html


@attrs.frozen
class Group:
    """A chapter of the ruleset, with its own sub-score and weight."""

    id: str
    title: Text
    weight: Fraction
    parent: str | None = None
    clause: str | None = None


@attrs.frozen
class Grade:
    """A grade and the least score that earns it."""

    name: str
    at_least: Fraction


@attrs.frozen
class Scoring:
    """How scores come about.

    Attributes:
        model: ``default``, ``flat``, ``flat-unweighted``, ``absolute`` or ``attainment``.
        grades: From the best to the worst; empty when there are none.
        unknown: ``fail`` (unknown and error count as not passed) or ``exclude`` (they are left out of the score).
    """

    model: str = "default"
    grades: tuple[Grade, ...] = ()
    unknown: str = "fail"


@attrs.frozen
class Jurisdiction:
    """The place that made the promise."""

    code: str
    level: str
    title: Text


@attrs.frozen
class Source:
    """The document that a ruleset or rule comes from."""

    document: str | None = None
    issuer: str | None = None
    issued: date | None = None
    title: str | None = None
    url: str | None = None


@attrs.frozen
class Unscored:
    """An obligation of the document that no rule scores, and why.

    Attributes:
        clause: Where the document says it.
        why: Why no rule scores it.
        phrase: The policy's words.
        see: The rule that it restates.
        source: The document it comes from, where that is not the ruleset's own (inherited entries).
    """

    clause: str
    why: str | None = None
    phrase: str | None = None
    see: str | None = None
    source: Source | None = None


class Basis(StrEnum):
    """What a conclusion rests on: the policy document, or the advice of whoever wrote the ruleset."""

    CLAUSE = "clause"
    ADVICE = "advice"


@attrs.frozen
class Threshold:
    """How many rules of a group must fail, or be undecided.

    Attributes:
        at_least: How many.
        group: The group, with all that lies in it; null for the whole ruleset, ``*`` for any one group.
    """

    at_least: int
    group: str | None = None


@attrs.frozen
class When:
    """What must be so for a conclusion; every key that is given must hold.

    Attributes:
        fail_any: One of these rules fails.
        fail_all: All of these rules fail.
        unknown_any: One of these rules is undecided: unknown or error.
        failed_in: So many rules of a group fail.
        unknown_in: So many rules of a group are undecided.
        grade_in: The grade as scored, before any cap, is one of these.
        kind: The unit is of one of these kinds, ``urban`` or ``rural``; areas have none.
        concluded: All of these have been concluded.
    """

    fail_any: tuple[str, ...] = ()
    fail_all: tuple[str, ...] = ()
    unknown_any: tuple[str, ...] = ()
    failed_in: Threshold | None = None
    unknown_in: Threshold | None = None
    grade_in: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    concluded: tuple[str, ...] = ()


@attrs.frozen
class Conclusion:
    """What follows from findings, and what is to be done.

    Attributes:
        id: Name within the ruleset; no rule has the same.
        when: What must be so.
        conclude: What is concluded; others may build on it, and several may conclude the same.
        action: What is to be done, in zh and en.
        cap: The grade that a subject gets at best.
        title: Titles in zh and en.
        basis: ``clause`` when the document says it, else ``advice``.
        clause: Where the document says it.
        phrase: The document's words.
        note: How the text was read.
        selected: False when a child ruleset switched it off.
        because: Why it was switched off.
        source: The document it comes from, where that is not the ruleset's own.
    """

    id: str
    when: When
    conclude: str | None = attrs.field(default=None, kw_only=True)
    action: Text | None = attrs.field(default=None, kw_only=True)
    cap: str | None = attrs.field(default=None, kw_only=True)
    title: Text | None = attrs.field(default=None, kw_only=True)
    basis: Basis = attrs.field(default=Basis.ADVICE, kw_only=True)
    clause: str | None = attrs.field(default=None, kw_only=True)
    phrase: str | None = attrs.field(default=None, kw_only=True)
    note: str | None = attrs.field(default=None, kw_only=True)
    selected: bool = attrs.field(default=True, kw_only=True)
    because: str | None = attrs.field(default=None, kw_only=True)
    source: Source | None = attrs.field(default=None, kw_only=True)


@attrs.frozen
class Case:
    """A test of the ruleset itself: small tables and the statuses expected.

    Attributes:
        rows: Rows of the jurisdiction's units, as mappings of input to value.
        expect: By rule id, the area status at the rule's judged level (or by scope), or a list of unit statuses in
            row order.
        more: Rows of other levels, by level.
        level: Level of ``rows``.
        as_of: Date of the evaluation; null is the ruleset's default.
        name: What the case shows.
        line: Line in the file, counted from 1.
        conclusions: What is concluded of the jurisdiction, or a tuple for each row; null where nothing is expected.
    """

    rows: tuple[Mapping[str, Any], ...]
    expect: Mapping[str, Any]
    more: Mapping[str, tuple[Mapping[str, Any], ...]] = attrs.field(factory=dict)
    level: str | None = None
    as_of: date | None = None
    name: str | None = None
    line: int | None = attrs.field(default=None, eq=False)
    conclusions: tuple[str, ...] | tuple[tuple[str, ...], ...] | None = attrs.field(default=None, kw_only=True)


@attrs.frozen
class Ruleset:
    """One jurisdiction's promises of one year, or a plan of several years (``year`` is null) that its years extend.

    Attributes:
        id: Such as ``dalian-2023``.
        title: Titles in zh and en.
        jurisdiction: The place that made the promises.
        year: The year scored; null for a plan, which is not evaluated itself.
        source: The document.
        scoring: Model, grades, and what unknown does.
        groups: Chapters, parents before or after their children.
        rules: Every rule, inherited ones first, those switched off included (``selected`` is false).
        unscored: Obligations without a rule, and why.
        cases: The ruleset's own tests.
        inputs: The inputs its rules use, by name, and those they are a part of.
        extends: Ids of its ancestors, nearest first.
        path: The file it was read from.
        hash: SHA-256 of its meaning: comments, key order and file names do not matter.
        conclusions: What follows from findings, those of included files and ancestors first, those switched off
            included (``selected`` is false).
    """

    id: str
    title: Text
    jurisdiction: Jurisdiction
    year: int | None
    source: Source
    scoring: Scoring
    groups: tuple[Group, ...]
    rules: tuple[Rule, ...]
    inputs: Mapping[str, Input]
    unscored: tuple[Unscored, ...] = ()
    cases: tuple[Case, ...] = ()
    extends: tuple[str, ...] = attrs.field(default=(), eq=False)
    path: str | None = attrs.field(default=None, eq=False)
    hash: str = ""
    conclusions: tuple[Conclusion, ...] = attrs.field(default=(), kw_only=True)

    _repr_html_ = _notebook.ruleset_html
