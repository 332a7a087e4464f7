"""A run as a workbook: a summary, then units, areas, rules and findings, each a sheet that can be filtered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from commscore._publishing._cells import header, rows
from commscore._status import STATUSES, Status
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commscore._publishing._published import Published

# What a sheet holds at most, its header included.
MOST_ROWS = 1_048_576
_LONGEST = 32_767
_TABLES = ("areas", "rules", "findings", "units")
_SHEETS = {
    "summary": ("摘要", "Summary"),
    "areas": ("地区", "Areas"),
    "rules": ("规则", "Rules"),
    "findings": ("问题", "Findings"),
    "units": ("评价对象", "Units"),
}
_COLOURS = {
    Status.PASS: ("#E2F0D9", "#1E4620"),
    Status.FAIL: ("#FADBD8", "#7B241C"),
    Status.UNKNOWN: ("#FFF2CC", "#5F4B00"),
    Status.ERROR: ("#F5D5E6", "#6A1B4D"),
}
_RATES = ("coverage", "pass_rate_low", "pass_rate", "pass_rate_high", "attainment")
_WIDTHS = {
    "title": 36,
    "phrase": 30,
    "document": 40,
    "required": 20,
    "key": 16,
    "rule": 26,
    "clause": 14,
    "actions": 40,
}


def write_workbook(published: Published, path: Path, *, lang: str = "zh", most_rows: int = MOST_ROWS) -> None:
    """Write a run as one XLSX file.

    Sheets: summary, areas, rules, findings (what fails or could not be decided), units. Headers stay in view and have
    filters; statuses are coloured. Codes and all other texts are texts, never formulas, links or numbers. A table that
    is longer than a sheet is cut, and the summary says so and names the file that has all of it.

    Args:
        published: The run.
        path: The file; one that is there is replaced.
        lang: The language of the headers, ``zh`` or ``en``.
        most_rows: What a sheet holds at most, its header included.

    Raises:
        UsageError: XlsxWriter is not installed, or the file cannot be written.
    """
    try:
        import xlsxwriter  # noqa: PLC0415 - an extra
        from xlsxwriter.exceptions import XlsxWriterException  # noqa: PLC0415
    except ImportError:
        raise UsageError("workbooks need XlsxWriter; install it with: pip install 'commscore[excel]'") from None
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb") as file, xlsxwriter.Workbook(file, options) as book:
            _fill(_Book(book, lang, most_rows), published)
        beside.replace(path)
    except (OSError, XlsxWriterException) as error:
        beside.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {error}") from None


@attrs.frozen(eq=False)
class _Book:
    """A workbook being written."""

    book: Any
    lang: str
    most_rows: int

    def format(self, **look: Any) -> Any:
        """Return a look."""
        return self.book.add_format({"font_name": "Arial", **look})

    def sheet(self, name: str) -> Any:
        """Add a sheet."""
        return self.book.add_worksheet(self.word(*_SHEETS[name]))

    def word(self, zh: str, en: str) -> str:
        """Choose the language."""
        return zh if self.lang == "zh" else en


def _fill(book: _Book, published: Published) -> None:
    _summary(book, published)
    for name in _TABLES:
        _table(book, published, name)


def _summary(book: _Book, published: Published) -> None:
    sheet = book.sheet("summary")
    bold, plain = book.format(bold=True), book.format()
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 80)
    for row, (title, value) in enumerate(_facts(book, published)):
        sheet.write_string(row, 0, title, bold)
        if isinstance(value, str):
            sheet.write_string(row, 1, _cut(value), plain)
        else:
            sheet.write_number(row, 1, value, plain)


def _facts(book: _Book, published: Published) -> Iterator[tuple[str, str | float]]:
    """Yield what a reader asks first: what this is, how it came out, and what is not in it."""
    title = published.title.en if book.lang == "en" and published.title.en else published.title.zh
    yield book.word("规则集", "Ruleset"), f"{published.ruleset} {title}"
    if published.document:
        yield book.word("文件", "Document"), published.document
    yield book.word("截至", "As of"), published.as_of
    yield book.word("评价对象数", "Units"), published.rows["units"]
    areas = published.table("areas").to_pylist()
    for area in areas:
        if area["score"] is not None and area["level"] == areas[-1]["level"]:  # the coarsest; the sheet has all
            grade = area["grade"] or ""
            name = f"{area['level']} {area['key'] or '?'}"
            span = f"{area['score']:.2f} ({area['score_low']:.2f} – {area['score_high']:.2f}) {grade}"
            yield book.word(f"得分：{name}", f"Score: {name}"), span.strip()
    rules = published.table("rules").to_pylist()
    unchecked = [rule["rule"] for rule in rules if rule["reason"]]
    yield book.word("规则数", "Rules"), len(rules)
    if unchecked:
        yield book.word("未检查的规则", "Rules not checked"), ", ".join(unchecked)
    for name in _TABLES:
        if published.rows[name] > book.most_rows - 1:
            yield book.word("截断", "Cut short"), _cut_short(book, published, name)
    yield book.word("规则集指纹", "Ruleset hash"), published.hash


def _cut_short(book: _Book, published: Published, name: str) -> str:
    shown, all_ = book.most_rows - 1, published.rows[name]
    whole = "" if published.source is None else book.word(f"；全部见 {name}.parquet", f"; all are in {name}.parquet")
    sheet = book.word(*_SHEETS[name])
    return book.word(f"{sheet}：{shown:,} / {all_:,} 行{whole}", f"{sheet}: {shown:,} of {all_:,} rows{whole}")


def _table(book: _Book, published: Published, name: str) -> None:
    sheet = book.sheet(name)
    sheet.freeze_panes(1, 2 if name == "areas" else 1)
    head = book.format(bold=True, bg_color="#DDE6F0", border=1, text_wrap=True, valign="top")
    plain, rate, text = book.format(), book.format(num_format="0.0%"), book.format(num_format="@")
    row = 0
    columns: list[str] = []
    for batch in published.batches(name):
        if not columns:
            columns = batch.schema.names
            for column, title in enumerate(columns):
                sheet.set_column(column, column, _WIDTHS.get(title, 12))
                sheet.write_string(0, column, header(title, book.lang), head)
        for cells in rows(batch):
            row += 1
            if row >= book.most_rows:
                break
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    sheet.write_string(row, column, _cut(cell), text)
                elif cell is not None:
                    sheet.write_number(row, column, cell, rate if columns[column] in _RATES else plain)
    last = min(row, book.most_rows - 1)
    sheet.autofilter(0, 0, max(last, 1), max(len(columns) - 1, 0))
    _colour(book, sheet, columns, last)


def _colour(book: _Book, sheet: Any, columns: list[str], last: int) -> None:
    """Colour the columns of statuses, and lay a bar behind scores."""
    coloured = [i for i, name in enumerate(columns) if name == "status" or name.startswith("status.")]
    for status in STATUSES:
        if status in _COLOURS and last:
            ground, ink = _COLOURS[status]
            look = book.format(bg_color=ground, font_color=ink)
            for i in coloured:
                criterion = {"type": "cell", "criteria": "==", "value": f'"{status}"', "format": look}
                sheet.conditional_format(1, i, last, i, criterion)
    if "score" in columns and last:
        i = columns.index("score")
        bar = {"type": "data_bar", "bar_color": "#9DC3E6", "bar_solid": True, "min_type": "num", "min_value": 0}
        sheet.conditional_format(1, i, last, i, bar)


def _cut(text: str) -> str:
    """Shorten what no cell can hold."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
