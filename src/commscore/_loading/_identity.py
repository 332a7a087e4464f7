"""What a ruleset means, as canonical JSON, and the hash of that."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from enum import Enum
from fractions import Fraction
from typing import Any

import attrs

from commscore._requirement import Requirement, decimal
from commscore._ruleset import Filter, Ruleset

# Where it came from, what tests it, and the hash itself change nothing that is scored. (Conclusions do, and are added
# where there are any.)
_NO_MEANING = frozenset({"path", "extends", "cases", "hash", "conclusions"})

_EMPTY: tuple[object, ...] = ((), {})


def canonical(ruleset: Ruleset) -> dict[str, Any]:
    """Give a ruleset's meaning as plain data: numbers exact, as text; keys that are empty left out.

    Comments, key order, quotes, and how it is spread over files leave no trace.
    """
    values = {field.name: getattr(ruleset, field.name) for field in attrs.fields(Ruleset)}
    return {
        "commscore": 1,
        **{name: _plain(value) for name, value in values.items() if name not in _NO_MEANING},
        **({"conclusions": _plain(ruleset.conclusions)} if ruleset.conclusions else {}),
    }


def fingerprint(ruleset: Ruleset) -> str:
    """Give the SHA-256 of a ruleset's meaning."""
    text = json.dumps(canonical(ruleset), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    match value:
        case Requirement():
            # The words are the part's `phrase`; how the requirement itself was spelt does not matter.
            plain: object = _record(attrs.evolve(value, phrase=None))
        case Fraction():
            plain = decimal(value)
        case Enum():
            plain = str(value.value)
        case date():
            plain = value.isoformat()
        case Mapping():
            plain = {str(key): _plain(inner) for key, inner in value.items()}
        case tuple() if all(isinstance(inner, Filter) for inner in value):
            # The keys of a `where`: all must hold, whichever comes first.
            plain = [_plain(inner) for inner in sorted(value, key=lambda found: found.input)]
        case tuple() | list():
            plain = [_plain(inner) for inner in value]
        case None | bool() | int() | str():
            plain = value
        case _:
            plain = _record(value)
    return plain


def _record(value: object) -> dict[str, object]:
    values = ((field.name, getattr(value, field.name)) for field in attrs.fields(type(value)))  # type: ignore[arg-type]
    return {name: _plain(inner) for name, inner in values if inner is not None and inner not in _EMPTY}
