"""Results in words: a summary of everything, and an auditor's note on one unit or area."""

from __future__ import annotations

from commscore._report._explaining import explain
from commscore._report._facts import bad_cells, count_cells
from commscore._report._summing import summary

__all__ = ["bad_cells", "count_cells", "explain", "summary"]
