"""What is asked of each contender: the rules, and the sizes of a generated province. `figures` makes its rows.

Neither numpy nor pyarrow is imported here: processes whose memory is measured load what they use, no more.

Figures have two decimals and so have the thresholds: both are the nearest double of the same decimal, and a plain
comparison in binary, which is what a hand-written query does, is right here. Elsewhere it need not be.
"""

from __future__ import annotations

import json
from pathlib import Path

import attrs

SCOPES = ("urban", "rural")
DIGITS = {"county": 6, "township": 9}
JURISDICTION = "37"

TOP = 4000  # figures are 0.00 to 39.99
_OPS = (">=", "<=", ">=", ">")
# Where in the figures' range thresholds lie: from rules that nearly all meet to rules that half of them fail.
_HARDNESS = (0.0005, 0.004, 0.03, 0.12, 0.3, 0.5)
_WEIGHTS = (1, 2, 3)


@attrs.frozen
class Rule:
    """An obligation of every unit, with a threshold for urban and one for rural units.

    Attributes:
        id: Its id.
        column: The column it judges.
        op: The comparison, as SQL writes it.
        urban: The threshold of urban units.
        rural: The threshold of rural units.
        weight: Its weight in the score.
    """

    id: str
    column: str
    op: str
    urban: float
    rural: float
    weight: int


@attrs.frozen
class Province:
    """What is generated, and what is asked of it.

    Attributes:
        rows: How many units.
        rules: The rules, one for each column of figures.
        groups: How many areas of `level` the units lie in.
        level: ``county`` or ``township``: how many digits of a code make an area.
        seed: What all figures follow from.
    """

    rows: int
    rules: tuple[Rule, ...]
    groups: int = 100
    level: str = "county"
    seed: int = 20260101

    @property
    def weight(self) -> int:
        """Return the weight of all rules."""
        return sum(rule.weight for rule in self.rules)


def make_province(
    rows: int, rules: int = 30, *, groups: int = 100, level: str = "county", seed: int = 20260101
) -> Province:
    """Return a province with so many units, rules and areas."""
    return Province(rows, tuple(_rule(i) for i in range(rules)), groups=groups, level=level, seed=seed)


def _rule(i: int) -> Rule:
    op = _OPS[i % len(_OPS)]
    share = _HARDNESS[i % len(_HARDNESS)]
    urban, rural = (round(share * TOP * part) for part in (1.0, 0.75))
    if op == "<=":
        urban, rural = TOP - 1 - urban, TOP - 1 - rural
    return Rule(f"r{i:03d}", f"x{i:03d}", op, urban / 100, rural / 100, _WEIGHTS[i % len(_WEIGHTS)])


def write_ruleset(province: Province, path: Path) -> Path:
    """Write the rules as a ruleset file and return its path."""
    ruleset = {
        "commscore": 1,
        "id": "benchmark",
        "jurisdiction": {"code": JURISDICTION, "level": "province"},
        "year": 2025,
        "inputs": {
            rule.column: {"zh": f"指标{rule.column}", "en": f"Figure {rule.column}", "type": "quantity"}
            for rule in province.rules
        },
        "rules": [
            {
                "id": rule.id,
                "each": rule.column,
                "require": {"urban": f"{rule.op} {rule.urban}", "rural": f"{rule.op} {rule.rural}"},
                "weight": rule.weight,
            }
            for rule in province.rules
        ],
    }
    path.write_text(json.dumps(ruleset, ensure_ascii=False), encoding="utf-8")
    return path
