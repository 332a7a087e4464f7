"""Whether a requirement says what the policy's words say: each reading of a phrase against the rule."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from commscore._phrases._amounts import Amount
from commscore._phrases._figures import SAYS, Cursor, Figure, comparator_of, read_figure, with_bounds
from commscore._phrases._tokens import tokenize
from commscore._phrases._vocabulary import Inclusion, Marker, Per, Symbol, same_measure
from commscore._requirement import PERCENT, PLAIN, SYMBOLS, Comparator, InputRef, Requirement, describe
from commscore.errors import RequirementError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from commscore._phrases._figures import Bound
    from commscore._phrases._vocabulary import Meaning

LONGEST_PHRASE = 25
ONE = Fraction(1)
# Of a share or a part of a whole, all of it, at least 100% and exactly 100% are the same.
WHOLE = frozenset({Comparator.ALL, Comparator.AT_LEAST, Comparator.IS})
# 建设5个 promises five: whether more would do is left to the rule.
BARE = frozenset({Comparator.AT_LEAST, Comparator.IS})


@attrs.frozen
class Reading:
    """One way to read a phrase.

    Attributes:
        comparators: What the words may say; more than one where they leave it open.
        figure: The number; null when the phrase only compares with something (不低于上年度平均工资).
        per: The 每百户 that goes with it.
    """

    comparators: frozenset[Comparator]
    figure: Figure | None = None
    per: Per | None = None


def agrees(phrase: str, requirement: Requirement, *, per: Fraction | int | None = None) -> str | None:
    """Say whether a phrase of the policy states a requirement.

    Figures and comparators are read anywhere in the phrase; one reading must be the requirement, the others
    (2023年, 8类) are ignored. A bare figure (建设5个) agrees with at least and with an exact amount; 全覆盖,
    均 and 应补尽补 agree with all, 100% and true. A relative requirement asks for its factor and comparator,
    or for a comparator alone where the factor is 1. Measure words go by their synonyms (名 = 人), and 个
    counts anything that can be counted.

    Args:
        phrase: The document's words, at most 25 characters.
        requirement: What the rule requires.
        per: What the rule's ratio is multiplied by; null and 1 are the same. 每百户 must agree with it.

    Returns:
        Null when they agree, else the reason in words.

    Example:
        >>> at_least_18 = Requirement(Comparator.AT_LEAST, Fraction(18))
        >>> agrees("每万名城镇常住人口拥有社区工作者不少于18人", at_least_18, per=10_000)
        >>> agrees("每万名居民拥有超过18人", at_least_18, per=10_000)
        'the phrase says > 18 人 per 10000, the rule requires ≥ 18 per 10000'
    """
    if not isinstance(phrase, str) or not phrase.strip():
        return "the phrase is empty; give the document's words for the figure"
    if len(phrase) > LONGEST_PHRASE:
        return f"the phrase has {len(phrase)} characters; quote at most {LONGEST_PHRASE}, around the figure"
    size = ONE if per is None else Fraction(per)
    readings = _Walk(Cursor(phrase, tokenize(phrase))).readings()
    if any(_states(reading, requirement) and _fits(reading.per, size) for reading in readings):
        return None
    wanted = f"the rule requires {describe(requirement)}{_per(size)}"
    relative = isinstance(requirement.value, InputRef)
    said = _said(readings, relative=relative)
    if not said:
        return f"no {'comparator' if relative else 'figure'} can be read in the phrase, {wanted}"
    return f"the phrase says {' and '.join(said)}, {wanted}"


# ---- READING ----


@attrs.define
class _Walk:
    """One pass over a phrase, gathering every reading.

    Attributes:
        cursor: At the next token.
        bounds: The comparators met since the last figure.
        apart: Whether other words stand between them and the cursor (至少配备1名).
        denied: Whether one of them is negated (未达到): the figure then says nothing.
        per: The 每百户 met last.
        used: Whether a figure went with it.
        found: The readings so far.
        begun: How many of them belong to earlier clauses.
    """

    cursor: Cursor
    bounds: list[Bound] = attrs.field(factory=list, init=False)
    apart: bool = attrs.field(default=False, init=False)
    denied: bool = attrs.field(default=False, init=False)
    per: Per | None = attrs.field(default=None, init=False)
    used: bool = attrs.field(default=False, init=False)
    found: list[Reading] = attrs.field(factory=list, init=False)
    begun: int = attrs.field(default=0, init=False)

    def readings(self) -> tuple[Reading, ...]:
        """Walk to the end."""
        while (meaning := self.cursor.peek()) is not None:
            if isinstance(meaning, Amount):
                self._figures()
                continue
            self._step(meaning)
            self.cursor.at += 1
        return tuple(self.found)

    def _step(self, meaning: Meaning) -> None:
        match meaning:
            case Marker(leads=True) | Inclusion():
                self._bound(meaning)
            case Per():
                self._per(meaning)
            case Symbol.ALL | Symbol.EVERY if not self._negated():
                self.found.append(Reading(WHOLE, Figure(ONE, scale=PERCENT)))
                self.apart = True
            case Symbol.EQUAL:
                self.found.append(Reading(frozenset({Comparator.IS})))
            case Symbol.BREAK | Symbol.JOIN:
                self._break(keep_bounds=meaning is Symbol.JOIN)
            case Symbol.FILLER:
                pass
            case _:
                self.apart = True

    def _negated(self) -> bool:
        return self.cursor.at > 0 and self.cursor.peek(-1) is Symbol.NEGATION

    def _bound(self, bound: Bound) -> None:
        if self.apart:
            self.bounds, self.apart = [], False
        self.denied = self.denied or self._negated()
        self.bounds.append(bound)
        if isinstance(bound, Marker) and not self.denied:
            self.found.append(Reading(frozenset({bound.comparator})))

    def _per(self, per: Per) -> None:
        self.per, self.used = per, False
        if not self._figure_follows():
            # 30平方米/百户: it belongs to the figures before it.
            clause = [attrs.evolve(reading, per=reading.per or per) for reading in self.found[self.begun :]]
            self.found[self.begun :] = clause

    def _figure_follows(self) -> bool:
        for token in self.cursor.tokens[self.cursor.at + 1 :]:
            if token.meaning is Symbol.BREAK:
                return False
            if isinstance(token.meaning, Amount):
                return True
        return False

    def _break(self, *, keep_bounds: bool) -> None:
        if keep_bounds:
            self.apart = True
        else:
            self._forget()
        self.begun = len(self.found)
        if self.used:
            self.per = None

    def _forget(self) -> None:
        self.bounds, self.apart, self.denied = [], False, False

    def _figures(self) -> None:
        """Read one figure, or several that share their comparators (2.8‰、3‰和4‰以下)."""
        group = self._group()
        # 约 and such speak of the very next word; 至少 and 控制在 reach over others.
        leads = [bound for bound in self.bounds if not (self.apart and _touches(bound))]
        if not self.denied:
            self.found += [reading for figure in group for reading in self._spoken(figure, leads)]
        self.used = True
        self._forget()

    def _group(self) -> list[Figure]:
        figures: list[Figure] = []
        while (figure := self._figure()) is not None:
            figures.append(figure)
            shares = self.cursor.peek() is Symbol.JOIN and isinstance(self.cursor.peek(1), Amount)
            if figure.markers or not shares:
                break
            self.cursor.at += 1
        return [attrs.evolve(figure, markers=figures[-1].markers) for figure in figures]

    def _figure(self) -> Figure | None:
        """Read the next figure; null when it cannot be read, or is part of a word (一站式)."""
        amount = self.cursor.peek()
        try:
            figure = read_figure(self.cursor, (), any_unit=False)
        except RequirementError:
            return None
        alone = figure.unit is None and not figure.markers and (self.apart or not self.bounds)
        numeral = isinstance(amount, Amount) and amount.chinese and amount.scale == PLAIN
        return None if numeral and alone else figure

    def _spoken(self, figure: Figure, leads: Sequence[Bound]) -> Iterator[Reading]:
        """Yield what the words around a figure say; those from afar may also belong to something else."""
        choices: tuple[Sequence[Bound], ...] = (leads, ()) if self.apart and figure.markers else (leads,)
        if not leads and not figure.markers:
            choices = (self._late(),)
        for bounds in choices:
            whole = with_bounds(figure, bounds)
            try:
                comparator = comparator_of(self.cursor, whole)
            except RequirementError:
                continue
            yield Reading(_open(whole) if comparator is None else frozenset({comparator}), whole, self.per)

    def _late(self) -> list[Marker]:
        """Return the comparator that follows at a distance (10个村以下)."""
        for token in self.cursor.tokens[self.cursor.at :]:
            match token.meaning:
                case Marker(leads=False) as marker:
                    return [marker]
                case Amount() | Marker() | Symbol.BREAK | Symbol.JOIN:
                    break
                case _:
                    pass
        return []


def _touches(bound: Bound) -> bool:
    return isinstance(bound, Marker) and bound.comparator is Comparator.ABOUT


def _open(figure: Figure) -> frozenset[Comparator]:
    return WHOLE if figure.value == ONE and figure.scale == PERCENT else BARE


# ---- COMPARING ----


def _states(reading: Reading, requirement: Requirement) -> bool:
    """Say whether a reading is the requirement, ``per`` aside."""
    figure, value = reading.figure, requirement.value
    if isinstance(value, InputRef):
        number = ONE if figure is None else figure.value
        return requirement.comparator in reading.comparators and number == value.factor
    if figure is None:
        return False
    if figure.value == ONE and figure.scale == PERCENT and _is_whole(requirement):
        return bool(reading.comparators & WHOLE)
    return (
        requirement.comparator in reading.comparators
        and not isinstance(value, bool)
        and (figure.value, figure.upper) == (value, requirement.upper)
        and figure.tolerance in {None, requirement.tolerance}
        and same_measure(figure.unit, requirement.unit)
    )


def _is_whole(requirement: Requirement) -> bool:
    """Say whether a requirement asks for all: 全覆盖, at least 100%, exactly 100%, true."""
    if isinstance(requirement.value, bool):
        return requirement.value
    return requirement.comparator in WHOLE and requirement.value == ONE and requirement.scale == PERCENT


def _fits(per: Per | None, size: Fraction) -> bool:
    if per is None:
        return size == 1
    return size == per.size or (size == 1 and not per.certain)


# ---- THE REASON ----


def _said(readings: Sequence[Reading], *, relative: bool) -> tuple[str, ...]:
    """Write the readings, each once; comparators without a figure only where another input is the measure."""
    return tuple(dict.fromkeys(_say(reading) for reading in readings if relative or reading.figure is not None))


def _say(reading: Reading) -> str:
    figure, comparators = reading.figure, reading.comparators
    if figure is None:
        return f"{SAYS[next(iter(comparators))]} something without a figure"
    comparator = next(iter(comparators)) if len(comparators) == 1 else Comparator.IS
    stated = Requirement(
        comparator,
        figure.value,
        upper=figure.upper,
        unit=figure.unit,
        tolerance=figure.tolerance,
        scale=figure.scale,
    )
    text = describe(stated)
    if comparator is Comparator.IS and len(comparators) > 1:
        text = text.removeprefix(f"{SYMBOLS[Comparator.IS]} ")
    return text + _per(ONE if reading.per is None else Fraction(reading.per.size))


def _per(size: Fraction) -> str:
    return "" if size == 1 else f" per {size}"
