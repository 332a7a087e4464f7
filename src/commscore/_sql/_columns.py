"""The caller's schema -> which column each input is read from, and how its type writes numbers."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

import attrs
import sqlglot
from sqlglot import exp

from commscore._ruleset import InputType
from commscore._tables._matching import BUILT_IN, match_columns
from commscore.errors import DataError, UsageError

if TYPE_CHECKING:
    from commscore._ruleset import Ruleset


class Kind(Enum):
    """How a column's type holds values."""

    INTEGER = "integer"
    DOUBLE = "double"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    TEXT = "text"


@attrs.frozen
class Column:
    """A column of the table: its name, how it holds values, and the decimal places of a decimal type, if it has any."""

    name: str
    kind: Kind
    scale: int | None = 0


@attrs.frozen
class Source:
    """The table as the ruleset sees it.

    Attributes:
        level: What its rows are.
        found: The column of each input and built-in that has one.
        key: The column that names the rows.
    """

    level: str
    found: Mapping[str, Column]
    key: Column


_NATURAL = {
    InputType.COUNT: Kind.INTEGER,
    InputType.QUANTITY: Kind.DOUBLE,
    InputType.RATE: Kind.DOUBLE,
    InputType.FLAG: Kind.BOOLEAN,
    InputType.CATEGORY: Kind.TEXT,
}
_ADVICE = "cast it in a view first"


def natural_schema(ruleset: Ruleset, level: str) -> dict[str, Column]:
    """Return the columns of a table that has every input of a level under its own name, with its natural type."""
    inputs = {entry.name: _NATURAL[entry.type] for entry in ruleset.inputs.values() if entry.level == level}
    return {name: Column(name, kind) for name, kind in {"code": Kind.TEXT, "kind": Kind.TEXT, **inputs}.items()}


def source_of(
    ruleset: Ruleset, level: str, *, schema: Any, columns: Mapping[str, str] | None, key: str | None, dialect: str
) -> Source:
    """Match the caller's schema with the ruleset's inputs, and refuse types that cannot be read exactly.

    Raises:
        UsageError: A type cannot be read, the key is no column, or names are ambiguous; all faults at once.
    """
    offered = natural_schema(ruleset, level) if schema is None else _read_schema(schema, dialect)
    matched, faults = match_columns(list(offered), ruleset.inputs, given=columns, table="schema")
    if faults:
        raise UsageError(str(DataError(faults)))
    names = list(offered)
    wanted = {name: names[position] for name, position in matched.items()}
    chosen_key = _key(key, names, wanted)
    problems = [
        f"column {column!r} has the type {offered[column]}, from which SQL cannot read {name!r} exactly; {_ADVICE}"
        for name, column in {**wanted, "the key": chosen_key}.items()
        if isinstance(offered[column], str)
    ]
    found = {name: one for name, column in wanted.items() if isinstance(one := offered[column], Column)}
    problems += [
        f"column {one.name!r} is text, and {name!r} is a number: {_ADVICE}"
        for name, one in found.items()
        if one.kind is Kind.TEXT and name not in BUILT_IN and _is_number(ruleset, name)
    ]
    if problems:
        raise UsageError("; ".join(problems))
    own = offered[chosen_key]
    assert isinstance(own, Column)  # noqa: S101 - the problems above would have said
    return Source(level, found, own)


def _is_number(ruleset: Ruleset, name: str) -> bool:
    return ruleset.inputs[name].type not in {InputType.FLAG, InputType.CATEGORY}


def _key(key: str | None, names: list[str], wanted: Mapping[str, str]) -> str:
    if key is not None:
        if key not in names and key not in wanted:
            raise UsageError(f"key: the schema has no column {key!r}; it has {', '.join(map(repr, names[:10]))}")
        return key if key in names else wanted[key]
    if "code" in wanted:
        return wanted["code"]
    raise UsageError("the table has no column of codes, so say by `key` which column names its rows")


def _read_schema(schema: Any, dialect: str) -> dict[str, Column | str]:
    """Read a mapping of column to SQL type, or an Arrow schema; a type that cannot be read stays a text."""
    if isinstance(schema, Mapping) and all(isinstance(one, str) for pair in schema.items() for one in pair):
        return {name: _of_sql(name, kind, dialect) for name, kind in schema.items()}
    if hasattr(schema, "names") and hasattr(schema, "field"):
        return {name: _of_arrow(name, schema.field(name).type) for name in schema.names}
    raise UsageError(
        f"schema: give a mapping of column to SQL type, such as {{'social_orgs': 'DOUBLE'}}, or an Arrow schema,"
        f" not {schema!r}"
    )


_SQL_KINDS = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INT", "BIGINT", "INT128"), Kind.INTEGER),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINT", "UBIGINT"), Kind.INTEGER),
    "DOUBLE": Kind.DOUBLE,
    **dict.fromkeys(("BOOLEAN",), Kind.BOOLEAN),
    **dict.fromkeys(("TEXT", "VARCHAR", "CHAR", "NCHAR", "NVARCHAR", "ENUM"), Kind.TEXT),
}


def _of_sql(name: str, kind: str, dialect: str) -> Column | str:
    try:
        found = exp.DataType.build(kind, dialect=dialect)
    except (sqlglot.errors.ParseError, ValueError):
        return kind
    word = found.this.value if isinstance(found.this, exp.DataType.Type) else str(found.this)
    if word == "DECIMAL":
        sizes = [int(one.name) for one in found.expressions]
        if sizes or dialect == "postgres":  # only there a decimal without a size has any number of places
            return Column(name, Kind.DECIMAL, sizes[1] if len(sizes) > 1 else 0 if sizes else None)
        return kind
    return Column(name, _SQL_KINDS[word]) if word in _SQL_KINDS else kind


def _of_arrow(name: str, kind: Any) -> Column | str:
    """Classify an Arrow type by how it writes itself, so that pyarrow need not be here."""
    written = str(kind)
    if written.startswith(("decimal", "decimal128")):
        return Column(name, Kind.DECIMAL, int(kind.scale))
    if written.startswith("dictionary"):
        return _of_arrow(name, kind.value_type)
    simple = {"double": Kind.DOUBLE, "bool": Kind.BOOLEAN, "string": Kind.TEXT, "large_string": Kind.TEXT}
    simple |= {"string_view": Kind.TEXT, "null": Kind.BOOLEAN}
    simple |= {f"{sign}int{bits}": Kind.INTEGER for sign in ("", "u") for bits in (8, 16, 32, 64)}
    return Column(name, simple[written]) if written in simple else written
