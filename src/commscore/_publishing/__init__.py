"""Results for those who read them elsewhere: pages, workbooks and CSV files."""

from __future__ import annotations

from commscore._publishing._csv import write_csv
from commscore._publishing._html import html_of, write_html
from commscore._publishing._plots import plot, result_html
from commscore._publishing._published import Published, of_folder, of_result, read_manifest
from commscore._publishing._workbook import write_workbook

__all__ = [
    "Published",
    "html_of",
    "of_folder",
    "of_result",
    "plot",
    "read_manifest",
    "result_html",
    "write_csv",
    "write_html",
    "write_workbook",
]
