"""Rulesets and catalogues on disk: reading one within limits, and finding one by its id."""

from __future__ import annotations

import os
import re
import stat
from functools import lru_cache
from pathlib import Path

from commscore._loading._codes import Code
from commscore._loading._faults import Faults, listed, nearest
from commscore._loading._nodes import Document, Node
from commscore._loading._yaml import parse

LARGEST = 1_048_576
CATALOGUE = "inputs.yaml"
_PACKAGE = Path(__file__).resolve().parents[1]
ID = re.compile(r"\w[\w-]{0,63}")
_LINE_END = re.compile(r"\r\n|\n|\r")
_NOT_FOUND = "there is no such file; check the path"


def bundled_folder() -> Path:
    """Give the folder of the rulesets that come with the library."""
    installed = _PACKAGE / "_rulesets"
    return installed if installed.is_dir() else _PACKAGE.parents[1] / "rulesets"


def is_path(text: str) -> bool:
    """Tell a path from a ruleset's id."""
    return text.endswith((".yaml", ".yml")) or "/" in text or "\\" in text


def exists(path: Path) -> bool:
    """Tell whether there is anything at a path; names that no file can have are absent, too."""
    return os.path.exists(path)  # noqa: PTH110 - Path.exists raises for names that are too long


def ids(folder: Path) -> tuple[str, ...]:
    """Give the ids of a folder's rulesets: the names of its files."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml") if path.name != CATALOGUE))


def find(text: str, folders: tuple[Path, ...]) -> Path | None:
    """Find a ruleset by id in the first folder that has it."""
    names = (folder / f"{text}.yaml" for folder in folders) if ID.fullmatch(text) else ()
    return next((path for path in names if path.is_file()), None)


def unknown_id(text: str, folders: tuple[Path, ...]) -> tuple[str, str]:
    """Word the message and the hint for an id that no folder has."""
    known = sorted({name for folder in folders for name in ids(folder)})
    message = f"there is no ruleset {text[:80]!r}, neither an id (known: {listed(known) or 'none'}) nor a file"
    return message, nearest(text, known) or "give one of these ids, or a path that ends in .yaml"


def read(path: Path, name: str, faults: Faults) -> Node | None:
    """Read a file into nodes.

    Args:
        path: The file.
        name: How diagnostics call it.
        faults: Takes every fault found.

    Returns:
        The root node; null when the file cannot be read, or is empty.
    """
    content = _content(path, name, faults)
    if content is None:
        return None
    root, found = _parsed(content, name, path)
    faults.include(found)
    return root


def _content(path: Path, name: str, faults: Faults) -> bytes | None:
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            kind = "a folder" if stat.S_ISDIR(about.st_mode) else "no regular file"
            faults.add_file(Code.NOT_READABLE, f"this is {kind}; give the path of one YAML file", name)
            return None
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        faults.add_file(Code.NOT_FOUND, _NOT_FOUND, name)
        return None
    except (OSError, ValueError) as error:
        faults.add_file(Code.NOT_READABLE, f"the file cannot be read: {error}"[:300], name)
        return None
    if len(content) > LARGEST:
        size = f"{about.st_size:,} bytes, more than the {LARGEST:,} that a ruleset may have"
        faults.add_file(Code.TOO_LARGE, f"the file is too large: {size}", name)
        return None
    return content


@lru_cache(maxsize=16)
def _parsed(content: bytes, name: str, path: Path) -> tuple[Node | None, Faults]:
    """Parse a file's bytes once: nodes are frozen, and the catalogue is wanted by every ruleset."""
    faults = Faults()
    text = _decoded(content, name, faults)
    if text is None:
        return None, faults
    starts = (0, *(match.end() for match in _LINE_END.finditer(text)))
    document = Document(name, text, starts, path)
    return parse(document, faults) if text.strip() else None, faults


def _decoded(content: bytes, name: str, faults: Faults) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        faults.add_file(Code.ENCODING, "the file is UTF-16; save it as UTF-8", name)
        return None
    if b"\x00" in content:
        faults.add_file(Code.ENCODING, "the file holds NUL bytes, so it is no text; rulesets are UTF-8 text", name)
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"byte {error.start} (line {line}) is not UTF-8{_guess(content)}; save the file as UTF-8"
        faults.add_file(Code.ENCODING, message, name)
        return None


def _guess(content: bytes) -> str:
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return ", it looks like GB18030 (GBK)" if re.search("[\u4e00-\u9fff]{2}", text) else ""
