"""A line of text -> Event, or all that is wrong with it."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

FIELDS = ("key", "time", "inputs")
SHAPE = '{"key": "…", "time": "2025-03-01T08:00:00", "inputs": {"…": …}}'
LONGEST_KEY = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOCAL_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - times without an offset are compared among themselves
_SHOWN = 80


@attrs.frozen
class Event:
    """A report of one unit.

    Attributes:
        key: The unit.
        time: When it was, as written.
        moment: The same in microseconds, to be compared.
        has_offset: Whether the time says its offset from UTC.
        inputs: Input to the value reported.
    """

    key: str
    time: str
    moment: int
    has_offset: bool
    inputs: Mapping[str, Any]


class EventError(Exception):
    """An event that cannot be taken; ``faults`` says all that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


Resolve = Callable[[str], str]
"""The input that a name stands for; raises KeyError with what is wrong with it."""


def parsed(line: bytes | str) -> Any:
    """Read one line of JSON; numbers keep the decimals they were written with.

    Raises:
        EventError: It is no JSON, or no standard one (NaN, Infinity, a key twice).
    """
    try:
        text = line if isinstance(line, str) else line.removeprefix(BOM_UTF8).decode("utf-8")
        return _DECODER.decode(text)
    except EventError:
        raise
    except RecursionError:
        raise EventError(["nested too deeply: an event is one flat object of inputs"]) from None
    except UnicodeDecodeError as error:
        raise EventError([f"not UTF-8 at byte {error.start}"]) from None
    except json.JSONDecodeError as error:
        raise EventError([f"no JSON: {error.msg} at character {error.pos + 1}; expected {SHAPE}"]) from None
    except ValueError:
        raise EventError(["a number has too many digits to be a measurement"]) from None


def _no_constant(name: str) -> None:
    raise EventError([f"{name} is no JSON number: write null for a missing value"])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise EventError([f"{shown(twice)} stands twice in one object"])
    return found


_DECODER = json.JSONDecoder(parse_float=str, parse_constant=_no_constant, object_pairs_hook=_once)


def event_of(record: Any, resolve: Resolve) -> Event:
    """Check an event and name its inputs.

    Args:
        record: What a line holds.
        resolve: Names inputs.

    Raises:
        EventError: Everything that is wrong with it.
    """
    if not isinstance(record, Mapping):
        raise EventError([f"an event is an object, not {kind_of(record)}; expected {SHAPE}"])
    faults = [f"{shown(name)} is no field: an event has {', '.join(FIELDS)}" for name in record if name not in FIELDS]
    faults += [f"{name} is missing: expected {SHAPE}" for name in FIELDS if name not in record]
    key = _key(record["key"], faults) if "key" in record else ""
    moment, has_offset = _moment(record["time"], faults) if "time" in record else (0, False)
    inputs = _inputs(record["inputs"], resolve, faults) if "inputs" in record else {}
    if faults:
        raise EventError(faults)
    return Event(key, record["time"], moment, has_offset, inputs)


def shown(value: Any) -> str:
    """Show what stands in an event, cut short."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def kind_of(value: Any) -> str:
    """Name a type as JSON does."""
    if value is None:
        return "null"
    names = {bool: "true or false", str: "text", dict: "an object", list: "a list"}
    return names.get(type(value), "a number")


def _key(value: Any, faults: list[str]) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**LONGEST_KEY else ""
    if not isinstance(value, str):
        faults.append(f"key: expected text, not {kind_of(value)}")
        return ""
    if not value.strip() or len(value) > LONGEST_KEY:
        faults.append(f"key: expected text of 1 to {LONGEST_KEY} characters")
    elif not value.isascii() and value != value.encode("utf-8", "replace").decode():
        faults.append("key: holds half a surrogate pair, which is no character")
    return value


def _moment(value: Any, faults: list[str]) -> tuple[int, bool]:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        faults.append(f"time: expected such as 2025-03-01T08:00:00 or 2025-03-01T08:00:00+08:00, not {shown(value)}")
        return 0, False
    has_offset = moment.tzinfo is not None
    # OverflowError cannot occur: Python's integers hold any difference of two datetimes.
    since = moment - (_EPOCH if has_offset else _LOCAL_EPOCH)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds, has_offset


def _inputs(value: Any, resolve: Resolve, faults: list[str]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        faults.append(f"inputs: expected an object of input to value, not {kind_of(value)}")
        return {}
    if not value:
        faults.append("inputs: expected at least one input")
    found: dict[str, Any] = {}
    for name, given in value.items():
        if isinstance(given, dict | list):
            faults.append(f"inputs: {shown(name)} is {kind_of(given)}: expected a number, true or false, text, or null")
        try:
            target = resolve(name)
        except KeyError as error:
            faults.append(f"inputs: {error.args[0]}")
            continue
        if target in found:
            faults.append(f"inputs: {shown(name)} is {target!r}, which is there already")
        found[target] = given
    return found
