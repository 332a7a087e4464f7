"""One run as a side of a comparison: its ruleset, its units with their statuses, and its areas."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa

from commscore._ruleset import Ruleset
from commscore._status import STATUSES

if TYPE_CHECKING:
    from commscore._results import Result

Codes = np.ndarray[Any, np.dtype[np.uint8]]
_NAMES = pa.array([str(status) for status in STATUSES], pa.string())


@attrs.frozen(eq=False)
class Side:
    """One run.

    Attributes:
        ruleset: What it was scored against.
        as_of: The day on which dues were looked at.
        units: Their scores, as in `Result.units`.
        statuses: By rule, the status of each unit: its position in the order of the statuses.
        areas: As in `Result.areas`.
        findings: Those of areas, as in `Result.findings`.
    """

    ruleset: Ruleset
    as_of: date
    units: Any
    statuses: Mapping[str, Codes]
    areas: Any
    findings: Any


def side_of(result: Result) -> Side:
    """Return a result as a side."""
    wide = result.wide()
    statuses = {name: codes_of(wide[name]) for name in wide.column_names if name != "key"}
    return Side(result.ruleset, result.plan.as_of, result.units, statuses, result.areas, result.findings(level="area"))


def codes_of(column: Any) -> Codes:
    """Return a column of statuses as their positions."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(whole, pa.ChunkedArray):  # no chunk at all
        return np.zeros(0, dtype=np.uint8)
    if not pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_encode()
    positions = [STATUSES.index(name) for name in whole.dictionary.to_pylist()]
    indices = whole.indices.to_numpy(zero_copy_only=False)
    return np.array([*positions, 0], dtype=np.uint8)[indices.astype(np.int64)]


def named(codes: Codes) -> Any:
    """Return positions as a dictionary column of statuses."""
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int8)), _NAMES)
