"""The state of a run, as a file: sums and counts written exactly, and read without running anything."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from collections import Counter
from fractions import Fraction
from typing import IO, TYPE_CHECKING, Any

import attrs
import numpy as np

from commscore.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

_TEXT = "state"
_OWN = "commscore."


def write_state(path: Path, state: Any) -> None:
    """Write a state in place of an earlier one, at one stroke.

    Args:
        path: Where.
        state: Texts, numbers of any size, fractions, arrays of integers, and what is made of these by dicts with any
            keys, lists, tuples, sets and objects of this package that hold such.
    """
    new = path.with_name(f"{path.name}-new")
    with new.open("wb") as file:
        dump_state(file, state)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def dump_state(file: IO[bytes], state: Any) -> None:
    """Write a state into an open file."""
    arrays: dict[str, Any] = {}
    written = json.dumps(_packed(state, arrays), ensure_ascii=False, allow_nan=False)
    arrays[_TEXT] = np.frombuffer(written.encode(), dtype=np.uint8)
    np.savez(file, allow_pickle=False, **arrays)


def load_state(file: IO[bytes]) -> Any:
    """Read a state from an open file."""
    with np.load(file, allow_pickle=False) as found:
        arrays = {name: found[name] for name in found.files}
    return _unpacked(json.loads(arrays[_TEXT].tobytes()), arrays)


def read_state(path: Path) -> Any:
    """Read a state.

    Raises:
        UsageError: It is damaged, or was never a state.
    """
    try:
        with path.open("rb") as file:
            return load_state(file)
    except (AttributeError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise UsageError(
            f"resume: {path} is damaged ({error}); start anew: overwrite=True without resume (--overwrite)"
        ) from error


def _packed(value: Any, arrays: dict[str, Any]) -> Any:
    """Turn a value into what JSON can write; a list says first what it is."""
    match value:
        case None | bool() | str() | float():
            packed: Any = value
        case int() | np.integer():
            packed = ["int", str(int(value))]
        case Fraction():
            packed = ["Fraction", str(value.numerator), str(value.denominator)]
        case bytes():
            packed = _array(np.frombuffer(value, dtype=np.uint8), "bytes", arrays)
        case np.ndarray() if value.dtype == object:
            packed = ["wide", *[str(int(number)) for number in value.tolist()]]
        case np.ndarray():
            packed = _array(value, "array", arrays)
        case dict():
            kind = "Counter" if isinstance(value, Counter) else "dict"
            packed = [kind, *[[_packed(key, arrays), _packed(item, arrays)] for key, item in value.items()]]
        case set():
            packed = ["set", *[_packed(item, arrays) for item in sorted(value)]]
        case list() | tuple():
            packed = [type(value).__name__, *[_packed(item, arrays) for item in value]]
        case _:
            packed = [_name_of(type(value)), _packed(_fields(value), arrays)]
    return packed


def _fields(value: Any) -> dict[str, Any]:
    """Return what an object of this package holds."""
    if attrs.has(type(value)):
        return {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
    return dict(vars(value))


def _array(value: Any, kind: str, arrays: dict[str, Any]) -> list[str]:
    name = f"a{len(arrays)}"
    arrays[name] = value
    return [kind, name]


def _name_of(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def _unpacked(value: Any, arrays: dict[str, Any]) -> Any:
    if not isinstance(value, list):
        return value
    kind, *rest = value
    match kind:
        case "int":
            found: Any = int(rest[0])
        case "Fraction":
            found = Fraction(int(rest[0]), int(rest[1]))
        case "bytes":
            found = arrays[rest[0]].tobytes()
        case "array":
            found = arrays[rest[0]]
        case "wide":
            found = np.array([int(number) for number in rest], dtype=object)
        case "dict" | "Counter":
            items = {_unpacked(key, arrays): _unpacked(item, arrays) for key, item in rest}
            found = Counter(items) if kind == "Counter" else items
        case "list" | "tuple" | "set":
            found = [_unpacked(item, arrays) for item in rest]
            found = {"list": list, "tuple": tuple, "set": set}[kind](found)
        case _:
            found = _made(kind, _unpacked(rest[0], arrays))
    return found


def _made(name: str, fields: dict[str, Any]) -> Any:
    """Make an object of a class of this package, and no other, whatever a file says; nothing of the class is run.

    Raises:
        ValueError: There is no such class.
    """
    module, _, kind = name.partition(":")
    found = getattr(sys.modules.get(module), kind, None) if module.startswith(_OWN) else None
    if not (isinstance(found, type) and _name_of(found) == name):
        raise ValueError(f"it names {name!r}, of which there is nothing to keep")
    made: Any = object.__new__(found)
    for field, value in fields.items():
        object.__setattr__(made, field, value)
    return made
