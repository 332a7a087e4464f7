"""Findings -> their counts by status, reason and outlook, which add up in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from commscore._engine import _integers as ints
from commscore._status import REASONS, STATUSES, F, P

if TYPE_CHECKING:
    from collections.abc import Iterable

    from commscore._engine._parts import UnitPart
    from commscore._engine._settle import Shown

# By status, by reason and by outlook; the last reason and the last outlook stand for none.
SHAPE = (len(STATUSES), len(REASONS) + 1, len(STATUSES) + 1)


def counted(shown: Shown) -> ints.Ints:
    """Count one rule's findings: an array by status, reason and outlook."""
    counts = np.zeros(SHAPE, dtype=np.int64)
    for status in (P, F):  # most findings: they have neither reason nor outlook
        counts[status, -1, -1] = np.count_nonzero(shown.status == status)
    rest = np.flatnonzero(shown.status > F)
    if len(rest):
        codes = np.ravel_multi_index((shown.status[rest], shown.reason[rest], shown.outlook[rest]), SHAPE)
        counts += np.bincount(codes, minlength=int(np.prod(SHAPE))).reshape(SHAPE)
    return counts


def added(parts: Iterable[UnitPart], rules: int) -> ints.Ints:
    """Count the findings of any number of blocks of units: an array by rule, status, reason and outlook."""
    counts = np.zeros((rules, *SHAPE), dtype=np.int64)
    for part in parts:
        for plan in part.plans:
            counts[plan.index] += counted(part.shown(plan.index))
    return counts


def by_status(counts: ints.Ints) -> ints.Ints:
    """Return counts by status, whatever the reason; of one rule, or of each."""
    return np.asarray(counts.sum(axis=(-2, -1)))


def by_reason(counts: ints.Ints) -> ints.Ints:
    """Return counts by status and reason; of one rule, or of each."""
    return np.asarray(counts.sum(axis=-1))


def by_outlook(counts: ints.Ints) -> ints.Ints:
    """Return counts by outlook: what a rule that is not scored would come to; of one rule, or of each."""
    return np.asarray(counts.sum(axis=(-3, -2)))
