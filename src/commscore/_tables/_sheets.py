"""The cells of a sheet that have no value to read: errors, and formulas that were never computed."""

from __future__ import annotations

import re
from posixpath import join, normpath
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

if TYPE_CHECKING:
    from pathlib import Path

Cells = dict[tuple[int, int], str]

NOT_COMPUTED = "<formula without a value>"
# Most sheets have neither, and need not be gone through cell by cell.
_SUSPECT = re.compile(rb"""t\s*=\s*["']e["']|<(?:\w+:)?f[\s/>]""")
_REFERENCE = re.compile(r"([A-Z]+)([0-9]+)")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def unseen_cells(path: Path, sheet: str) -> Cells:
    """List the cells that calamine's Python interface gives as blank, though they are not.

    Args:
        path: An XLSX file.
        sheet: One of its sheets.

    Returns:
        By row and column, counted from 0: the error as it is shown, such as ``#DIV/0!``, or that a formula has no
        value, as in files that a program wrote and no spreadsheet has computed.
    """
    try:
        with ZipFile(path) as archive:
            text = archive.read(_part(archive, sheet))
    except (BadZipFile, KeyError, ET.ParseError, StopIteration) as error:
        raise OSError(f"sheet {sheet!r} cannot be found in it: {error}") from error
    return _Reader().read(text) if _SUSPECT.search(text) else {}


def _part(archive: ZipFile, sheet: str) -> str:
    """Return the part of the file that holds a sheet."""
    workbook = _workbook(archive)
    book = ET.fromstring(archive.read(workbook))  # noqa: S314 - expat limits what entities may grow to
    own = next(each for each in book.iterfind(".//{*}sheet") if each.get("name") == sheet)
    wanted = own.get(_RELATION) or own.get(_STRICT_RELATION)
    return next(target for name, _, target in _relations(archive, workbook) if name == wanted)


def _workbook(archive: ZipFile) -> str:
    return next(target for _, kind, target in _relations(archive, "") if kind.endswith("/officeDocument"))


def _relations(archive: ZipFile, part: str) -> list[tuple[str, str, str]]:
    """Return the parts that a part refers to: name, type and place of each."""
    folder, _, file = part.rpartition("/")
    found = ET.fromstring(archive.read(join(folder, "_rels", f"{file}.rels")))  # noqa: S314 - see above
    relations = []
    for each in found.iterfind("{*}Relationship"):
        target = each.get("Target", "")
        place = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
        relations.append((each.get("Id", ""), each.get("Type", ""), place))
    return relations


class _Reader:
    """Goes through a sheet cell by cell."""

    def __init__(self) -> None:
        self._found: Cells = {}
        self._row = self._column = -1
        self._type = ""
        self._formula = False
        self._inside = False
        self._value = ""

    def read(self, text: bytes) -> Cells:
        """Return what is found."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(text, True)  # noqa: FBT003 - expat has no names for its arguments
        except expat.ExpatError as error:
            raise OSError(f"its XML is damaged: {error}") from error
        return self._found

    def _start(self, name: str, attributes: dict[str, Any]) -> None:
        name = name.rpartition(":")[2]
        if name == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
        elif name == "c":
            self._column = _column(attributes["r"]) if "r" in attributes else self._column + 1
            self._type, self._formula, self._value = attributes.get("t", "n"), False, ""
        elif name == "f":
            self._formula = True
        self._inside = name == "v"

    def _characters(self, text: str) -> None:
        if self._inside:
            self._value += text

    def _end(self, name: str) -> None:
        self._inside = False
        if name.rpartition(":")[2] != "c":
            return
        if self._type == "e":
            self._found[self._row, self._column] = self._value or "#ERROR"
        elif self._formula and not self._value and self._type != "str":
            self._found[self._row, self._column] = NOT_COMPUTED


def _column(reference: str) -> int:
    """Return the number of a cell's column, counted from 0."""
    match = _REFERENCE.fullmatch(reference)
    number = 0
    for letter in match[1] if match else "":
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
