"""What a caller points at -> the files to read: a path, several paths, a folder, or a glob."""

from __future__ import annotations

import os
import warnings
from fnmatch import fnmatch
from glob import glob, has_magic
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import attrs

from commscore._tables._paths import SUFFIXES
from commscore.errors import DataWarning, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_COMPRESSED = (".gz", ".bz2", ".zst")
# Tables of kinds that are not read: passed over in a folder, but not without a word.
_OTHER_TABLES = (".xls", ".xlsb", ".ods", ".json", ".jsonl", ".ndjson", ".orc", ".avro")
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


@attrs.frozen
class DataFile:
    """One file to read.

    Attributes:
        path: Where it is.
        partition: What the folders above it say of all its rows, where they are named ``column=value``.
    """

    path: Path
    partition: Mapping[str, str | None] = MappingProxyType({})


@attrs.frozen
class Selection:
    """The files of one table, in the order in which they are read.

    Attributes:
        files: Each file once.
        searched: The folders that were searched for them, with what the names in them had to be like.
    """

    files: tuple[DataFile, ...]
    searched: tuple[tuple[Path, str], ...]


def is_selectable(src: Any) -> bool:
    """Tell whether something points at files: a path, or a list of nothing but paths."""
    if isinstance(src, str | os.PathLike):
        return True
    return isinstance(src, list | tuple) and bool(src) and all(isinstance(item, str | os.PathLike) for item in src)


def select_files(src: Any, *, name: str = "src") -> Selection:
    """Find the files that a caller points at.

    Args:
        src: A path, a folder (searched with all that is below it), a glob, or a list of these. Files in folders come
            sorted by name; hidden ones, and those whose names start with ``_``, are passed over.
        name: The argument, to name in messages.

    Returns:
        The files.

    Raises:
        UsageError: Nothing to read, a path that does not exist, or a file that is listed twice.
    """
    if not is_selectable(src):
        kind = type(src).__name__
        raise UsageError(
            f"{name}: give the path of a file or folder, a glob, or a list of these; {kind} is for evaluate"
        )
    files: list[DataFile] = []
    searched: list[tuple[Path, str]] = []
    for item in [src] if isinstance(src, str | os.PathLike) else src:
        found, places = _select(os.fspath(item), name)
        files += found
        searched += places
    _refuse_twins(files, name)
    return Selection(tuple(files), tuple(searched))


def _select(text: str, name: str) -> tuple[list[DataFile], list[tuple[Path, str]]]:
    path = Path(text)
    if not text:
        raise UsageError(f"{name}: an empty text is no path")
    if path.is_dir():
        return _of_folder(path, name), [(path, "*")]
    if path.exists() or not has_magic(text):
        if not path.exists():
            raise UsageError(f"{name}: there is no file or folder {text}")
        return [DataFile(path)], []
    matches = [Path(match) for match in sorted(glob(text, recursive=True))]  # noqa: PTH207  # it may be absolute
    files = [DataFile(match) for match in matches if match.is_file() and _is_table(match)]
    folders = [match for match in matches if match.is_dir() and "**" not in text]
    files += [file for folder in folders for file in _below(folder, {}, set(), [])]
    if not files:
        raise UsageError(f"{name}: {text} matches no {_kinds()} file")
    first = next(i for i, part in enumerate(path.parts) if has_magic(part))
    return files, [(Path(*path.parts[:first]), path.parts[first].replace("**", "*"))]


def _of_folder(folder: Path, name: str) -> list[DataFile]:
    passed_over: list[Path] = []
    files = list(_below(folder, {}, set(), passed_over))
    if passed_over:
        shown = ", ".join(str(path) for path in passed_over[:5])
        more = f" and {len(passed_over) - 5} more" if len(passed_over) > 5 else ""  # noqa: PLR2004
        message = f"{folder}: only {_kinds()} files are read; passed over: {shown}{more}"
        warnings.warn(message, DataWarning, stacklevel=2)
    if not files:
        raise UsageError(f"{name}: {folder} holds no {_kinds()} file; they end in {', '.join(SUFFIXES)}")
    return files


def _below(
    folder: Path, partition: dict[str, str | None], seen: set[str], passed_over: list[Path]
) -> Iterator[DataFile]:
    """Yield the files below a folder, sorted by name, each folder once even where links form a ring."""
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise UsageError(f"{folder} cannot be searched: {error.strerror}") from error
    for entry in entries:
        if entry.name.startswith((".", "_")):
            continue
        if entry.is_dir():
            yield from _below(entry, partition | _said_by(entry.name), seen, passed_over)
        elif entry.is_file() and _is_table(entry):
            yield DataFile(entry, partition)
        elif entry.suffix.lower() in _OTHER_TABLES and entry.name != "manifest.json":
            passed_over.append(entry)


def _said_by(name: str) -> dict[str, str | None]:
    """Read a folder's name such as ``county=210202``."""
    column, equals, value = name.partition("=")
    if not equals or not column:
        return {}
    return {unquote(column): None if value == _NO_VALUE else unquote(value)}


def _is_table(path: Path) -> bool:
    if path.name.startswith("~$"):  # what Excel puts beside a workbook that is open
        return False
    suffixes = [suffix.lower() for suffix in path.suffixes]
    while suffixes and suffixes[-1] in _COMPRESSED:
        suffixes.pop()
    return bool(suffixes) and suffixes[-1] in SUFFIXES


def _kinds() -> str:
    return "Parquet, CSV, XLSX or Arrow"


def _refuse_twins(files: Iterable[DataFile], name: str) -> None:
    seen: set[str] = set()
    for file in files:
        real = os.path.realpath(file.path)
        if real in seen:
            raise UsageError(f"{name}: {file.path} is there twice; give every file once")
        seen.add(real)


def _is_found(target: Path, folder: Path, like: str) -> bool:
    if not target.is_relative_to(folder):
        return False
    below = target.relative_to(folder).parts
    return not below or fnmatch(below[0], like)


def refuse_overlap(out: Path, selections: Iterable[Selection], others: Iterable[Path]) -> None:
    """Refuse an output folder that holds inputs, or that a later run would take for input.

    Raises:
        UsageError: The folder, and what is in the way.
    """
    target = Path(os.path.realpath(out))
    for selection in selections:
        for folder, like in selection.searched:
            if _is_found(target, Path(os.path.realpath(folder)), like):
                raise UsageError(f"out: {out} lies in {folder}, which is searched for data; choose a folder elsewhere")
        others = [*others, *(file.path for file in selection.files)]
    for path in others:
        real = Path(os.path.realpath(path))
        if real == target or target in real.parents:
            raise UsageError(f"out: {out} would replace {path}, which is read; choose a folder elsewhere")
