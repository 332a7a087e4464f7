"""JSON Schema of ruleset files, for editors that complete and check YAML while it is written."""

from __future__ import annotations

from typing import Any

from commscore._loading._assembly import FIRST_YEAR, FORMAT, LAST_YEAR
from commscore._loading._cases import ROW_KEYS, STATUSES
from commscore._loading._header import JURISDICTION_LEVELS, MODELS, UNKNOWN
from commscore._loading._inputs import MOST_PLACES, STORED_AS
from commscore._loading._parts import ASSESSMENTS, OVER_LEVELS
from commscore._phrases import LONGEST_PHRASE
from commscore._ruleset import LEVELS, SCOPES, Basis, Force, InputType

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
# Letters and digits of any script, _ and -: what is neither a blank nor another ASCII sign.
_ID_PATTERN = r"^[^\s!-/:-@\[-^`{-~][^\s!-,./:-@\[-^`{-~]{0,63}$"
TEXTS: Schema = {"anyOf": [TEXT, {"type": "array", "items": TEXT}]}


def json_schema() -> Schema:
    """Give the JSON Schema (2020-12) of a ruleset file.

    Editors with a YAML language server use it by a first line
    ``# yaml-language-server: $schema=ruleset.schema.json``. It covers the structure; references, levels and phrases
    are checked by ``check_ruleset``.

    Returns:
        The schema as plain data, ready for ``json.dumps``.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "commscore ruleset, format 1",
        **_mapping(_top(), required=("commscore", "id")),
        # A child gives only what differs, so its entries may lack what its parent has.
        "if": {"required": ["extends"]},
        "then": {"properties": {"rules": {"items": _ref("entry")}}},
        "else": {"required": ["jurisdiction", "rules"], "properties": {"rules": {"items": _ref("rule")}}},
        "$defs": _definitions(),
    }


def catalogue_schema() -> Schema:
    """Give the JSON Schema (2020-12) of a catalogue, ``inputs.yaml``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "commscore catalogue of inputs",
        **_inputs(),
        "$defs": {key: value for key, value in _definitions().items() if key in {"input", "inputName"}},
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _mapping(properties: Schema, *, required: tuple[str, ...] = ()) -> Schema:
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**found, "required": list(required)} if required else found


def _said(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description}


def _list(items: Schema, description: str = "") -> Schema:
    return _said({"type": "array", "items": items}, description) if description else {"type": "array", "items": items}


def _top() -> Schema:
    scoring = {
        "model": _said({"enum": list(MODELS)}, "How scores add up; `default` unless given."),
        "grades": _list({"type": "array", "minItems": 2, "maxItems": 2}, "Grades as [name, least score]."),
        "unknown": _said({"enum": list(UNKNOWN)}, "Whether unknown counts as failed (`fail`) or is left out."),
    }
    place = {
        "code": _said({"type": "string", "pattern": "^[0-9]+$"}, 'Digits in quotes: "3709" for a city.'),
        "level": {"enum": list(JURISDICTION_LEVELS)},
        "zh": TEXT,
        "en": TEXT,
    }
    return {
        "commscore": _said({"const": FORMAT}, "The format of this file."),
        "id": _said(_ref("id"), "Jurisdiction and year, such as taian-2023; the file has the same name."),
        "title": _ref("title"),
        "jurisdiction": _said(_mapping(place, required=("code", "level")), "The place that made the promises."),
        "year": _said(
            {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR},
            "The year scored; a plan of several years has none and is extended by its years.",
        ),
        "source": _ref("source"),
        "scoring": _mapping(scoring),
        "extends": _said(TEXT, "Id or path of a parent, whose header, groups and rules are inherited."),
        "inputs": _said(_inputs(), "Inputs that the catalogue lacks."),
        "groups": _list(_ref("group"), "Chapters, each with a sub-score and a weight."),
        "rules": {"type": "array", "description": "The obligations, in the document's order."},
        "drop": _list(
            _mapping({"id": _ref("id"), "because": TEXT}, required=("id", "because")),
            "Rules and conclusions switched off, and why.",
        ),
        "include": _said(TEXTS, "Files with conclusions, such as conclusions/common.yaml."),
        "conclusions": _list(_ref("conclusion"), "What follows from findings, and what is to be done."),
        "unscored": _list(_ref("unscored"), "Obligations that no rule scores, and why."),
        "cases": _list(_ref("case"), "The ruleset's own tests: rows, and the statuses expected."),
    }


def _inputs() -> Schema:
    return {"type": "object", "propertyNames": _ref("inputName"), "additionalProperties": _ref("input")}


def _definitions() -> Schema:
    parts = _part_properties()
    rule = {**_rule_properties(), **parts}
    one = {
        "oneOf": [{"required": [form]} for form in ASSESSMENTS],
        "dependentRequired": {"change": ["from"], "from": ["change"]},
    }
    at_most_one = {"not": {"anyOf": [{"required": [a, b]} for a in ASSESSMENTS for b in ASSESSMENTS if a < b]}}
    return {
        "id": {"type": "string", "pattern": _ID_PATTERN},
        "inputName": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,63}$"},
        "date": {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        "title": _said(
            {"anyOf": [TEXT, _mapping({"zh": TEXT, "en": TEXT}, required=("zh",))]}, "A title in zh and en."
        ),
        "source": _source(),
        "group": _group(),
        "input": _input(),
        "requirement": _requirement(),
        "phrase": _phrase(),
        "where": _where(),
        "condition": {"anyOf": [_said(_ref("inputName"), "A flag, which must be true."), _ref("part")]},
        "part": {**_mapping(parts), **one},
        "rule": {**_mapping(rule, required=("id",)), **one},
        "entry": {**_mapping(rule, required=("id",)), **at_most_one},
        "unscored": _unscored(),
        "case": _case(),
        "conclusion": _conclusion(),
    }


def _source() -> Schema:
    keys = {"document": TEXT, "issuer": TEXT, "issued": _ref("date"), "title": TEXT, "url": TEXT}
    return _said(_mapping(keys), "The document that the rules come from.")


def _group() -> Schema:
    keys = {
        "id": _ref("id"),
        "title": _ref("title"),
        "parent": _said(_ref("id"), "The group this one lies in."),
        "weight": {"type": "number", "minimum": 0},
        "clause": TEXT,
    }
    return _mapping(keys, required=("id",))


def _input() -> Schema:
    keys = {
        "zh": TEXT,
        "en": TEXT,
        "type": {"enum": [str(type_) for type_ in InputType]},
        "unit": _said(TEXT, "Measure word or unit, such as 个 or 平方米."),
        "level": _said({"enum": list(LEVELS)}, "Whose places it describes; `community` unless given."),
        "part_of": _said(_ref("inputName"), "The input it is a part of: a greater value is an error."),
        "places": _said({"type": "integer", "minimum": 0, "maximum": MOST_PLACES}, "Decimal places that are read."),
        "min": {"type": "number"},
        "max": {"type": "number"},
        "stored_as": _said({"enum": list(STORED_AS)}, "How tables hold a rate."),
        "values": _said(TEXTS, "The values of a category."),
        "aliases": _said(TEXTS, "Other names of the column."),
        "counts": {"type": "array", "items": _ref("inputName"), "minItems": 2, "maxItems": 2},
    }
    return _mapping(keys, required=("type",))


def _by_scope(schema: Schema) -> Schema:
    scopes = {**_mapping(dict.fromkeys(SCOPES, schema)), "minProperties": 1}
    return {"anyOf": [schema, scopes]}


def _requirement() -> Schema:
    text = 'What the value must meet, such as 不少于10个 or ">= 10"; by scope where urban and rural differ.'
    return _said(_by_scope({"type": ["string", "boolean"]}), text)


def _phrase() -> Schema:
    text = f"The figure as the document writes it, at most {LONGEST_PHRASE} characters."
    return _said(_by_scope({**TEXT, "maxLength": LONGEST_PHRASE}), text)


def _where() -> Schema:
    value = {"anyOf": [{"type": ["string", "boolean", "number"]}, {"type": "array", "items": TEXT, "minItems": 1}]}
    found: Schema = {"type": "object", "minProperties": 1, "additionalProperties": value}
    return _said(found, 'Which units are concerned: {kind: urban, care_centres: ">= 2"}.')


def _part_properties() -> Schema:
    name = _ref("inputName")
    ratio = {"type": "array", "items": name, "minItems": 2, "maxItems": 2}
    per = _said({"type": "number", "exclusiveMinimum": 0}, "What a ratio is multiplied by: 100 for 每百户.")
    parts = {"type": "array", "items": _ref("condition"), "minItems": 1}
    at_least = _mapping({"n": {"type": "integer", "minimum": 1}, "of": parts}, required=("n", "of"))
    unit_ratio = _mapping({"ratio": ratio, "per": per}, required=("ratio",))
    return {
        "each": _said({"anyOf": [name, unit_ratio]}, "Every unit's own value."),
        "mean": _said(name, "Sum over the number of units in scope."),
        "ratio": _said(ratio, "[numerator, denominator]: sum over sum, never the mean of ratios."),
        "share": _said(_ref("condition"), "Units that satisfy a condition over units in scope."),
        "total": _said(name, "The sum."),
        "change": _said(name, "The sum less that of `from` (新增)."),
        "all": _said(parts, "Every part must pass."),
        "any": _said(parts, "One part must pass."),
        "atleast": _said(at_least, "n of the parts must pass."),
        "per": per,
        "from": _said(name, "What a change starts from."),
        "over": _said({"enum": list(OVER_LEVELS)}, "The level judged; the jurisdiction unless given."),
        "where": _ref("where"),
        "require": _ref("requirement"),
        "phrase": _ref("phrase"),
    }


def _rule_properties() -> Schema:
    return {
        "id": _ref("id"),
        "group": _ref("id"),
        "title": _ref("title"),
        "clause": _said(TEXT, "Where the document says it."),
        "due": _said(_ref("date"), "When it falls due; in force from the start unless given."),
        "weight": {"type": "number", "minimum": 0},
        "force": {"enum": [str(force) for force in Force]},
        "veto": _said({"type": "boolean"}, "Failing it alone gives the lowest grade (一票否决)."),
        "responsible": _said(TEXTS, "The departments named."),
        "note": _said(TEXT, "How the text was read, and which other reading there is."),
        "because": _said(TEXT, "Why it is looser than the parent's rule."),
        "source": _ref("source"),
    }


def _unscored() -> Schema:
    keys = {
        "clause": TEXT,
        "phrase": {**TEXT, "maxLength": LONGEST_PHRASE},
        "why": _said(TEXT, "Why no rule scores it."),
        "see": _said(_ref("id"), "The rule that it restates."),
        "source": _ref("source"),
    }
    return {**_mapping(keys, required=("clause",)), "anyOf": [{"required": ["why"]}, {"required": ["see"]}]}


def _case() -> Schema:
    cell = {"type": ["string", "number", "boolean", "null"]}
    names: Schema = {"anyOf": [_ref("inputName"), {"enum": list(ROW_KEYS)}]}
    rows = {
        "type": "array",
        "items": {"type": "object", "propertyNames": names, "additionalProperties": cell},
    }
    status = {"enum": list(STATUSES)}
    expected = {"anyOf": [status, _list(status), {**_mapping(dict.fromkeys(SCOPES, status)), "minProperties": 1}]}
    keys = {
        "name": TEXT,
        "rows": rows,
        "more": _mapping(dict.fromkeys(LEVELS, rows)),
        "level": {"enum": list(LEVELS)},
        "as_of": _ref("date"),
        "expect": {"type": "object", "additionalProperties": expected},
        "conclusions": _said(
            {"type": "array", "items": {"anyOf": [TEXT, {"type": "array", "items": TEXT}]}},
            "What is concluded of the jurisdiction, or a list for each row.",
        ),
    }
    return {**_mapping(keys, required=("rows",)), "anyOf": [{"required": ["expect"]}, {"required": ["conclusions"]}]}


def _conclusion() -> Schema:
    then = {
        "conclude": _said(_ref("id"), "What is concluded; other conclusions may build on it."),
        "action": _said(_ref("title"), "What is to be done."),
        "cap": _said(TEXT, "The grade that is given at best."),
    }
    keys = {
        "id": _ref("id"),
        "title": _ref("title"),
        "when": _when(),
        "then": _said({**_mapping(then), "minProperties": 1}, "What follows."),
        "clause": _said(TEXT, "Where the document says it."),
        "phrase": {**TEXT, "maxLength": LONGEST_PHRASE},
        "basis": _said({"enum": [str(basis) for basis in Basis]}, "What it rests on: a clause, or advice."),
        "note": TEXT,
        "source": _ref("source"),
    }
    return _mapping(keys, required=("id",))


def _when() -> Schema:
    veto = _said(_mapping({"veto": {"const": True}}, required=("veto",)), "All rules that are vetoes.")
    rules = {"anyOf": [TEXTS, veto]}
    kinds: Schema = {"enum": list(SCOPES)}
    threshold = _mapping(
        {
            "group": _said(TEXT, 'A group, "*" for any one group; the whole ruleset unless given.'),
            "at_least": _said({"type": "integer", "minimum": 1}, "How many rules; 1 unless given."),
        }
    )
    keys = {
        "fail_any": _said(rules, "One of these rules fails."),
        "fail_all": _said(rules, "All of these rules fail."),
        "unknown_any": _said(rules, "One of these rules is unknown or in error."),
        "failed_in": _said(threshold, "So many rules of a group fail."),
        "unknown_in": _said(threshold, "So many rules of a group are unknown or in error."),
        "grade_in": _said(TEXTS, "The grade as scored, before any cap, is one of these."),
        "kind": _said({"anyOf": [kinds, _list(kinds)]}, "The unit is of this kind."),
        "concluded": _said(TEXTS, "All of these have been concluded."),
    }
    return _said({**_mapping(keys), "minProperties": 1}, "What must be so; every key must hold.")
