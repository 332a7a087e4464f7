"""Results for those who read them elsewhere: workbooks and CSV files."""

from __future__ import annotations

from commscore._publishing._csv import write_csv
from commscore._publishing._published import Published, of_folder, of_result, read_manifest
from commscore._publishing._workbook import write_workbook

__all__ = ["Published", "of_folder", "of_result", "read_manifest", "write_csv", "write_workbook"]
