"""Law 10: a ruleset that is written and read again is the same ruleset."""

from __future__ import annotations

import random
import re
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from commscore._loading import dump_ruleset, load_ruleset
from commscore._ruleset import Ruleset
from commscore.errors import RulesetError
from commscore.testing._law import LawError

_WIDE = 10_000


def written_and_read(ruleset: Ruleset, data: st.DataObject) -> None:
    """Law 10: write it and read it: it is equal, and has the same hash, also with other key orders and comments."""
    text = dump_ruleset(ruleset)
    first = _read(ruleset, text, "written and read again")
    _check_same(ruleset, first, "written and read again")
    again = dump_ruleset(first)
    if again != text:
        raise LawError(None, ruleset.id, "written, read and written again, it is another text", results=(text, again))
    seed = data.draw(st.integers(0, 2**16))
    what = "with its keys in another order and comments between"
    shuffled = _read(ruleset, _shuffled(text, random.Random(seed)), what)  # noqa: S311 - any order will do
    if shuffled.hash != first.hash:
        raise LawError(None, ruleset.id, f"{what}, it has another hash", results=(first.hash, shuffled.hash))


def _read(ruleset: Ruleset, text: str, what: str) -> Ruleset:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{ruleset.id}.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            return load_ruleset(path)
        except RulesetError as error:
            raise LawError(None, ruleset.id, f"{what}, it is refused: {error}") from None


def _check_same(one: Ruleset, two: Ruleset, what: str) -> None:
    for name in ("rules", "inputs", "groups", "scoring", "jurisdiction", "unscored", "cases", "hash"):
        mine, theirs = getattr(one, name), getattr(two, name)
        if mine != theirs:
            raise LawError(None, one.id, f"{what}, it has other {name}", results=(mine, theirs))
    if one != two:
        raise LawError(None, one.id, f"{what}, it is not equal", results=(one, two))


def _shuffled(text: str, chance: random.Random) -> str:
    yaml = YAML()
    yaml.width, yaml.preserve_quotes = _WIDE, True
    out = StringIO()
    yaml.dump(_reordered(yaml.load(text), chance), out)
    # A collection that fits is on the line of its key: there a comment comes after it.
    return "# a comment\n" + re.sub(r"\n(rules:.*)", r"\n# another\n\1  # and one more", out.getvalue())


def _reordered(node: Any, chance: random.Random) -> Any:
    """Shuffle the keys of every mapping; lists keep their order, which means something."""
    if isinstance(node, CommentedMap):
        entries = [(key, _reordered(value, chance)) for key, value in node.items()]
        fresh = CommentedMap(chance.sample(entries, len(entries)))
        if node.fa.flow_style():
            fresh.fa.set_flow_style()
        return fresh
    if isinstance(node, CommentedSeq):
        for index, value in enumerate(node):
            node[index] = _reordered(value, chance)
    return node
