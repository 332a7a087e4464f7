"""Reports in, changes of findings out: the monitor itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from commscore._ruleset import ALL, LEVELS, Ruleset
from commscore._single._cells import INVALID, kind_name
from commscore._single._forms import Compiled
from commscore._single._judging import KIND
from commscore._single._numbers import nearest
from commscore._single._outcomes import Outcome
from commscore._single._places import text_of
from commscore._status import NO_REASON, REASONS, STATUSES
from commscore.errors import UsageError
from commscore.monitor._events import Event, EventError, event_of, parsed
from commscore.monitor._layout import PLACES, Layout, layout_of
from commscore.monitor._store import Store, Unit, written
from commscore.monitor._transitions import CLASS_OF, CLEAR, COUNT, RESET, Step, decided

Record = dict[str, Any]

_KEPT = 100_000  # units held in memory beside a state file
_PHASES = 9  # a finding's number is its count of failing reports times this, plus phase and doubt


class Monitor:
    """Keeps the last values of units, judges what each report concerns, and tells how findings change.

    Args:
        ruleset: An id, a path, or a loaded ruleset.
        on_change: Called with every record, in order; see `report` for what is in them.
        escalate_after: How many failing reports in a row escalate a finding.
        state: File that keeps the units between runs; without it they are kept in memory alone.
        as_of: The day on which dues are looked at; by default 31 December of the ruleset's year.
        columns: The events' own names, ``{"theirs": "input"}``.
        missing: Texts that stand for a missing value, beside blanks.
        level: What the units are.

    Attributes:
        engine: Who decides transitions: ``durable-rules``, or ``plain`` where that cannot be imported.
        line: How many lines were read, of the stream at hand.
        counts: How many records of each kind were told since the monitor was made.

    Raises:
        RulesetError: The ruleset cannot be used.
        UsageError: An argument makes no sense; the state is of another ruleset, or in use.

    Example:
        >>> from commscore.monitor import Monitor
        >>> told = []
        >>> monitor = Monitor("dalian-2023", told.append)
        >>> event = {"key": "210202001001", "time": "2023-05-01", "inputs": {"kind": "urban", "social_orgs": 9}}
        >>> [record["change"] for record in monitor.report(event)]
        ['opened']
    """

    def __init__(
        self,
        ruleset: str | Path | Ruleset,
        on_change: Callable[[Record], object],
        *,
        escalate_after: int = 3,
        state: str | Path | None = None,
        as_of: date | str | None = None,
        columns: Mapping[str, str] | None = None,
        missing: Collection[str] = ("",),
        level: str = "community",
    ) -> None:
        if not isinstance(escalate_after, int) or isinstance(escalate_after, bool) or escalate_after < 1:
            raise UsageError(f"escalate_after: give a whole number from 1, not {escalate_after!r}")
        if level not in LEVELS:
            raise UsageError(f"level: there is no level {level!r}; there are {', '.join(LEVELS)}")
        self._layout = layout_of(ruleset, as_of=as_of, columns=columns, missing=missing, level=level)
        self._on_change = on_change
        self._escalate_after = escalate_after
        steps, self.engine = decided()
        self._steps = _by_number(steps)
        self._units: dict[str, Unit] = {}
        self._changed: set[str] = set()
        self._has_offset: bool | None = None
        self._seq = 0
        self.line = 0
        self.counts: dict[str, int] = {}
        self.position: Mapping[str, Any] = {}
        self._store = None if state is None else Store(Path(state))
        self._made_for = _made_for(self._layout, escalate_after, missing, level)
        if self._store is not None:
            try:
                self._restore(self._store.meta())
            except UsageError:
                self._store.close()
                raise

    # ---- REPORTS ----

    def report(self, event: Mapping[str, Any]) -> list[Record]:
        """Take one report.

        Args:
            event: ``key`` names the unit, ``time`` says when (ISO 8601; all with an offset, or none), ``inputs`` maps
                the inputs that changed to their new values. Inputs that are not there keep their last value.

        Returns:
            What is to be told, in order: nothing, changes of findings, or that the report was not taken (``refused``,
            ``late``, ``duplicate``). Each record has ``seq``, ``change`` and ``line``.
        """
        return self._take(event)

    def read(self, line: bytes | str) -> list[Record]:
        """Take one line of NDJSON; see `report`. A blank line says nothing."""
        self.line += 1
        if not line.strip():
            return []
        try:
            record = parsed(line)
        except EventError as fault:
            return [self._told({"change": "refused", "faults": fault.faults})]
        return self._take(record)

    def refuse(self, fault: str) -> list[Record]:
        """Answer a line that cannot be read at all."""
        self.line += 1
        return [self._told({"change": "refused", "faults": [fault]})]

    def _take(self, record: Any) -> list[Record]:
        try:
            event = event_of(record, self._layout.resolve)
            self._check_clock(event)
        except EventError as fault:
            key = record.get("key") if isinstance(record, Mapping) else None
            named = {"key": key} if isinstance(key, str) else {}
            return [self._told({"change": "refused", **named, "faults": fault.faults})]
        unit = self._unit(event.key)
        if unit.moment is not None and event.moment < unit.moment:
            return [self._told({"change": "late", "key": unit.key, "time": event.time, "last": unit.time})]
        news = self._news(event)
        if event.moment == unit.moment and all(
            name in unit.last and unit.last[name] == cell for name, cell in news.items()
        ):
            return [self._told({"change": "duplicate", "key": unit.key, "time": event.time})]
        return self._apply(unit, event, news)

    def _check_clock(self, event: Event) -> None:
        if self._has_offset is None:
            self._has_offset = event.has_offset
        if event.has_offset != self._has_offset:
            wanted = "an offset such as +08:00" if self._has_offset else "no offset"
            raise EventError([f"time: the reports before have {wanted}; times with and without cannot be compared"])

    def _news(self, event: Event) -> dict[str, Any]:
        """Read what an event says, each input by itself."""
        readers, slots = self._layout.form.readers, self._layout.slots
        news: dict[str, Any] = {}
        for name, value in event.inputs.items():
            slot = slots.get(name)
            news[name] = readers[slot][1](value) if slot is not None else text_of(value)
        return news

    def _apply(self, unit: Unit, event: Event, news: Mapping[str, Any]) -> list[Record]:
        unit.last = {**unit.last, **news} if event.moment == unit.moment else dict(news)
        unit.time, unit.moment = event.time, event.moment
        self._changed.add(unit.key)
        slots, concerned = self._layout.slots, self._layout.concerned
        rules: set[int] = set()
        for name, cell in news.items():
            if name in slots:
                unit.cells[slots[name]] = cell
            elif name in PLACES:
                unit.places[name] = cell
                self._place(unit)
            rules.update(concerned[name])
        cells = self._capped(unit)
        return [record for rule in sorted(rules) for record in self._judge(unit, rule, cells)]

    def _capped(self, unit: Unit) -> list[Any]:
        """Return a unit's cells with parts that exceed their wholes marked."""
        cells = unit.cells
        for part, whole, times, times_whole in self._layout.form.caps:
            left, right = cells[part], cells[whole]
            if type(left) is int and type(right) is int and left * times > right * times_whole:
                cells = list(cells) if cells is unit.cells else cells
                cells[part] = INVALID
        return cells

    def _judge(self, unit: Unit, position: int, cells: list[Any]) -> list[Record]:
        rule = self._layout.watched[position]
        outcome = rule.judge(cells)
        count, number = divmod(unit.findings[position], _PHASES)
        reached = count + 1 >= self._escalate_after
        step, after = self._steps[number * 2 + reached][CLASS_OF[outcome[0]]]
        count = count + 1 if step.count == COUNT else 0 if step.count == RESET else count
        unit.findings[position] = count * _PHASES + after
        if not step.changes:
            return []
        return self._changes(unit, position, step, (outcome, cells, count))

    def _changes(self, unit: Unit, position: int, step: Step, found: tuple[Outcome, list[Any], int]) -> list[Record]:
        outcome, cells, count = found
        if "opened" in step.changes:
            unit.since[position] = unit.time
        since = unit.since.get(position)
        if step.phase == CLEAR:
            unit.since.pop(position, None)
        numbers = _numbers(self._layout.watched[position], cells, outcome)
        return [
            self._told(
                {
                    "change": change,
                    "key": unit.key,
                    "time": unit.time,
                    **numbers,
                    "failing_reports": count,
                    "since": since,
                }
            )
            for change in step.changes
        ]

    def _told(self, record: Record) -> Record:
        self._seq += 1
        record = {"seq": self._seq, **record, "line": self.line}
        self.counts[record["change"]] = self.counts.get(record["change"], 0) + 1
        self._on_change(record)
        return record

    # ---- UNITS ----

    def _unit(self, key: str) -> Unit:
        unit = self._units.get(key)
        if unit is None:
            unit = None if self._store is None else self._store.load(key)
            unit = self._new(key) if unit is None else self._placed(unit)
            self._units[key] = unit
        return unit

    def _new(self, key: str) -> Unit:
        layout = self._layout
        return self._placed(Unit(key, [None] * layout.area_slot, {}, [0] * len(layout.watched)))

    def _placed(self, unit: Unit) -> Unit:
        del unit.cells[self._layout.area_slot :]
        unit.cells += [None] * len(self._layout.form.areas) + [1]
        self._place(unit)
        return unit

    def _place(self, unit: Unit) -> None:
        """Find the areas of a unit; its key stands for the code where it reports none."""
        areas = self._layout.form.areas
        if not areas:
            return
        row = {**dict.fromkeys(PLACES), "code": unit.key, **unit.places}
        first = self._layout.area_slot
        unit.cells[first : first + len(areas)] = [area(row) for area in areas]

    def findings(self) -> Iterator[Record]:
        """Return the open findings of all units, by key: rule, phase, since when, and failing reports in a row."""
        for unit in self._all_units():
            for position, number in enumerate(unit.findings):
                count, rest = divmod(number, _PHASES)
                if rest % 3 != CLEAR:
                    yield {
                        "key": unit.key,
                        "rule": self._layout.watched[position].plan.rule.id,
                        "escalated": rest % 3 != 1,
                        "undecided": rest >= 3,  # noqa: PLR2004 - phase and doubt in one digit of base nine
                        "since": unit.since.get(position),
                        "failing_reports": count,
                    }

    def statuses(self, key: str) -> dict[str, str] | None:
        """Return the status of every watched rule for a unit as last reported; null where it never reported."""
        unit = self._unit(key)
        if unit.moment is None:
            del self._units[key]
            return None
        cells = self._capped(unit)
        return {rule.plan.rule.id: STATUSES[rule.judge(cells)[0]] for rule in self._layout.watched}

    def _all_units(self) -> Iterator[Unit]:
        """Give every unit, by key, those in memory as they are."""
        if self._store is None:
            yield from (self._units[key] for key in sorted(self._units))
            return
        self.commit(self.position)
        yield from self._store.units()

    # ---- STATE ----

    def commit(self, position: Mapping[str, Any] | None = None) -> None:
        """Keep all reports taken so far in the state file, in one transaction; without one, do nothing.

        Args:
            position: Where the streams stand, kept along with the units; see `watch`.
        """
        self.position = self.position if position is None else position
        if self._store is None:
            self._changed.clear()
            return
        first = self._layout.area_slot
        bodies = [(key, written(self._units[key], first)) for key in self._changed]
        meta = {"seq": self._seq, "line": self.line, "has_offset": self._has_offset, "position": self.position}
        self._store.commit(bodies, {**meta, "made_for": self._made_for})
        self._changed.clear()
        if len(self._units) > _KEPT:
            self._units.clear()

    def _restore(self, meta: Mapping[str, Any]) -> None:
        if not meta:
            return
        before = meta.get("made_for")
        if not isinstance(before, dict):
            raise UsageError("state: the file holds no monitor's state; give another name")
        odd = [name for name, value in self._made_for.items() if before.get(name) != value]
        if odd:
            was = ", ".join(f"{name} {_short(before.get(name))} (now {_short(self._made_for[name])})" for name in odd)
            raise UsageError(f"state: it was kept for {was}; use the same again, or start a new state file")
        self._seq, self.line = meta["seq"], meta["line"]
        self._has_offset, self.position = meta["has_offset"], meta["position"]

    def close(self) -> None:
        """Commit, and close the state file."""
        if self._store is not None:
            self.commit()
            self._store.close()
            self._store = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Commit and close; after an exception nothing that was not committed is kept."""
        if kind is None:
            self.close()
        elif self._store is not None:
            self._store.close()
            self._store = None


def _by_number(steps: Mapping[tuple[int, int, bool, int], Step]) -> list[list[tuple[Step, int]]]:
    """Lay steps out by number: phase and doubt, then whether enough failing reports came in a row, then status."""
    rows = []
    for number in range(_PHASES):
        doubt, phase = divmod(number, 3)
        for reached in (False, True):
            found = [steps[phase, doubt, reached, now] for now in range(5)]
            rows.append([(step, step.doubt * 3 + step.phase) for step in found])
    return rows


def _made_for(layout: Layout, escalate_after: int, missing: Collection[str], level: str) -> Record:
    """Return what a state is bound to: it means nothing under another ruleset or other options."""
    return {
        "ruleset": layout.ruleset.id,
        "hash": layout.ruleset.hash,
        "rules": [rule.plan.rule.id for rule in layout.watched],
        "inputs": [name for name, _ in layout.form.readers],
        "escalate_after": escalate_after,
        "missing": sorted(missing),
        "level": level,
        "format": 1,
    }


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"  # noqa: PLR2004 - enough to tell two hashes apart


def _numbers(rule: Compiled, cells: list[Any], outcome: Outcome) -> Record:
    """Return what a record says of the finding itself."""
    scope = kind_name(cells[KIND]) if rule.scoped else ALL
    required, phrase = rule.words[scope or ALL]
    return {
        "rule": rule.plan.rule.id,
        "scope": scope,
        "status": STATUSES[outcome[0]],
        "reason": None if outcome[1] == NO_REASON else REASONS[outcome[1]],
        "value": nearest(rule.value(cells, outcome)) if rule.value else None,
        "required": required,
        "gap": nearest(rule.gap(cells, outcome)) if rule.gap else None,
        "clause": rule.plan.rule.clause,
        "phrase": phrase,
    }
