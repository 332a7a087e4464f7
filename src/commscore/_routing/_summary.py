"""Many results -> one plain text: a line for each ruleset, and the rows that went to none."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow.compute as pc

from commscore._engine._counting import by_status
from commscore._report._scores import score_number
from commscore._report._text import clean, clipped, headed, table, width
from commscore._routing._collection import Why
from commscore._status import STATUSES, Status
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from commscore._results import Result

_EXAMPLES = 3  # keys shown for each reason

_WORDS = MappingProxyType(
    {
        "title": ("按各地规则集评估汇总", "Summary by ruleset"),
        "columns": (
            ("规则集", "地区", "年度", "单元", "单元均分", "地区得分", "等级", "未通过", "未定"),
            ("ruleset", "place", "year", "units", "units' mean", "score", "grade", "fails", "undecided"),
        ),
        "rulesets": ("规则集", "Rulesets"),
        "nowhere": ("没有规则集的行", "Rows without a ruleset"),
        "lost_columns": (("原因", "行数", "例", "就近规则集"), ("why", "rows", "such as", "nearest ruleset")),
        "fallback": (
            "有就近规则集的行可用 fallback=True（--fallback）归入。",
            "Those with a nearest ruleset go to it with fallback=True (--fallback).",
        ),
        Why.MISSING_CODE: ("没有区划代码", "no area code"),
        Why.INVALID_CODE: ("区划代码无效", "not an area code"),
        Why.MISSING_YEAR: ("没有年度", "no year"),
        Why.INVALID_YEAR: ("年度无效", "not a year"),
        Why.OTHER_YEAR: ("当地只有其他年度的规则集", "rulesets of other years only"),
        Why.NO_RULESET: ("当地没有规则集", "no ruleset of its place"),
    }
)


@attrs.frozen
class Lost:
    """Rows that went to no ruleset.

    Attributes:
        counts: By reason and nearest ruleset, how many.
        examples: By the same, the first keys.
    """

    counts: Mapping[tuple[str, str | None], int]
    examples: Mapping[tuple[str, str | None], tuple[str, ...]]

    @classmethod
    def of(cls, unrouted: Any) -> Lost:
        """Count the rows of the table of them."""
        grouped = unrouted.group_by(["reason", "nearest"], use_threads=False).aggregate([("row", "count")])
        counts = Counter(
            {(each["reason"], each["nearest"]): each["row_count"] for each in grouped.to_pylist()},
        )
        examples: dict[tuple[str, str | None], tuple[str, ...]] = {}
        for reason, nearest in counts:
            same = pc.is_null(unrouted["nearest"]) if nearest is None else pc.equal(unrouted["nearest"], nearest)
            some = unrouted.filter(pc.and_(pc.equal(unrouted["reason"], reason), same)).slice(0, _EXAMPLES)
            examples[reason, nearest] = tuple(str(each["key"] or each["row"]) for each in some.to_pylist())
        return cls(counts, examples)

    def plus(self, other: Lost) -> Lost:
        """Add further rows."""
        counts, examples = Counter(self.counts), dict(self.examples)
        counts.update(other.counts)
        for way, keys in other.examples.items():
            examples[way] = (*examples.get(way, ()), *keys)[:_EXAMPLES]
        return Lost(counts, examples)

    def by_reason(self) -> dict[str, int]:
        """Return how many there are, by reason."""
        reasons: Counter[str] = Counter()
        for (reason, _), count in self.counts.items():
            reasons[reason] += count
        return dict(sorted(reasons.items()))


def routed_summary(results: Sequence[Result], lost: Lost, *, lang: str) -> str:
    """Return the summary.

    Args:
        results: The result of each ruleset.
        lost: The rows that went to none.
        lang: ``zh`` or ``en``.

    Raises:
        UsageError: There is no such language.
    """
    if lang not in ("zh", "en"):
        raise UsageError(f"lang: there is no {lang!r}; there are zh and en")
    which = 0 if lang == "zh" else 1
    title = str(_WORDS["title"][which])
    lines = [title, "=" * width(title)]
    rows = [_row(result, lang) for result in results]
    lines += headed(str(_WORDS["rulesets"][which]), [table(_WORDS["columns"][which], rows, "lllrrrlrr")])
    return "\n".join([*lines, *_lost(lost, which)])


def _row(result: Result, lang: str) -> list[str]:
    ruleset = result.ruleset
    home = ruleset.jurisdiction
    spread = result.spread("score")
    areas = [area for area in result.areas.to_pylist() if area["level"] == home.level and area["key"] == home.code]
    score, grade, top = (areas[0]["score"], areas[0]["grade"], areas[0]["maximum"]) if areas else (None, None, None)
    counts = dict(zip(STATUSES, by_status(result.unit_counts).sum(axis=0).tolist(), strict=True))
    place = home.title.en if lang == "en" and home.title.en else home.title.zh
    return [
        ruleset.id,
        clipped(clean(place), 20),
        str(ruleset.year),
        f"{_units(result):,}",
        "–" if spread is None else score_number(spread.mean, None, ruleset),
        "–" if score is None else score_number(score, top, ruleset),
        grade or "",
        f"{counts[Status.FAIL]:,}",
        f"{counts[Status.UNKNOWN] + counts[Status.ERROR]:,}",
    ]


def _units(result: Result) -> int:
    """Count units: each has one finding of each rule."""
    found = np.asarray(result.unit_counts).sum(axis=(1, 2, 3))
    return int(found.max(initial=0))


def _lost(lost: Lost, which: int) -> Iterator[str]:
    if not lost.counts:
        return
    ordered = sorted(lost.counts.items(), key=lambda entry: (-entry[1], entry[0][0], entry[0][1] or ""))
    rows = [
        [str(_WORDS[Why(reason)][which]), f"{count:,}", ", ".join(lost.examples[reason, nearest]), nearest or ""]
        for (reason, nearest), count in ordered
    ]
    body = [table(_WORDS["lost_columns"][which], rows, "lrll")]
    if any(nearest for _, nearest in lost.counts):
        body.append(str(_WORDS["fallback"][which]))
    yield from headed(str(_WORDS["nowhere"][which]), body)
