"""Rows of the very level at which an area form is judged: each is an area of its own, judged as in a table of one row.

Such rules are rare among those that a service asks about, so they are not compiled: their cells go to the bulk engine.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pyarrow as pa

from commscore._engine._own_areas import OwnFindings, own_findings
from commscore._engine._plan import UNITS, RulePlan
from commscore._engine._run import Run
from commscore._engine._units import Units
from commscore._ruleset import SCOPES
from commscore._single._cells import INVALID
from commscore._single._contributing import Quotient, Span
from commscore._single._judging import KIND, Cells, Slots
from commscore._single._outcomes import Outcome
from commscore._tables import Areas, Block
from commscore._tables._exact import INVALID as INVALID_STATE
from commscore._tables._exact import MISSING, OK, Column

_INT64 = 2**63


@attrs.frozen(eq=False)
class AsArea:
    """One rule that judges rows of a form as areas.

    Attributes:
        plan: The rule.
        run: The evaluation of one such row, opened.
        slots: Where cells stand.
        has_kind: Whether rows say their kind.
    """

    plan: RulePlan
    run: Run
    slots: Slots
    has_kind: bool

    def judge(self, cells: Cells) -> Outcome:
        """Return the row's verdict."""
        verdicts = self._found(cells).verdicts
        return int(verdicts.status[0]), int(verdicts.reason[0]), None

    def span(self, cells: Cells) -> Span:
        """Return value, low and high."""
        found = self._found(cells)
        return _quotient(found.value), _quotient(found.low), _quotient(found.high)

    def gap(self, cells: Cells, _: Outcome) -> Quotient | None:
        """Return the least change that would do."""
        return _quotient(self._found(cells).gap)

    def credit(self, cells: Cells, _: Outcome) -> Quotient:
        """Return how much of the target is reached."""
        credit = self._found(cells).credit
        return int(credit.num[0]), int(credit.den[0])

    def _found(self, cells: Cells) -> OwnFindings:
        level = self.run.plan.level
        inputs = self.slots.entries
        columns = {
            name: _column(cells[slot], inputs[name].values) for name, slot in self.slots.inputs.items() if name != UNITS
        }
        areas = {level if at == "code" else at: _areas(cells[slot]) for at, slot in self.slots.areas.items()}
        block = Block(
            rows=1,
            first_row=0,
            columns=columns,  # type: ignore[arg-type]  # a mapping of columns, as units read them
            kind=_column(cells[KIND], SCOPES) if self.has_kind else None,
            areas=areas,
            keys=pa.array(["0"]),
            codes=None,
        )
        return own_findings(self.run, self.plan, Units(block, level, inputs, self.run.coarser))


def _column(cell: Any, labels: tuple[str, ...]) -> Column:
    state = MISSING if cell is None else INVALID_STATE if cell is INVALID else OK
    value = cell if state == OK else 0
    values = np.array([value], dtype=np.int64 if -_INT64 <= value < _INT64 else object)
    return Column(values, None if state == OK else np.array([state], dtype=np.uint8), labels)


def _areas(name: str | None) -> Areas:
    return Areas((), np.array([-1], np.int32)) if name is None else Areas((name,), np.array([0], np.int32))


def _quotient(number: Any) -> Quotient | None:
    """Return a double as the quotient that it is; null for none."""
    found = float(number[0])
    return None if found != found else found.as_integer_ratio()  # noqa: PLR0124 - NaN is not itself
