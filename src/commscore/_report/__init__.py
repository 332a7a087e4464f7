"""Results in words: a summary of everything, and an auditor's note on one unit or area."""

from __future__ import annotations

from commscore._report._concluding import counted_in
from commscore._report._explaining import explain
from commscore._report._facts import Spread, bad_cells, count_cells, spread
from commscore._report._summing import summary

__all__ = ["Spread", "bad_cells", "count_cells", "counted_in", "explain", "spread", "summary"]
