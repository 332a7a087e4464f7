"""Tables as rows of cells for spreadsheets: what goes into each, and in which words the header says it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

# Titles of columns in zh; in en the name itself is the title, with blanks.
HEADERS = {
    "key": "编码",
    "level": "层级",
    "score": "得分",
    "score_low": "得分下限",
    "score_high": "得分上限",
    "coverage": "覆盖率",
    "maximum": "满分",
    "grade": "等级",
    "grade_low": "等级下限",
    "grade_high": "等级上限",
    "n_units": "评价对象数",
    "units_score": "单元平均得分",
    "n_pass": "通过",
    "n_fail": "未通过",
    "n_unknown": "无法判定",
    "n_error": "数据有误",
    "n_notapplicable": "不适用",
    "n_notchecked": "未检查",
    "n_notselected": "已停用",
    "n_informational": "仅列示",
    "conclusions": "结论",
    "actions": "措施",
    "rule": "规则",
    "group": "分组",
    "title": "名称",
    "clause": "条款",
    "judged": "判定层级",
    "deferred": "暂不计分",
    "weight": "权重",
    "pass_rate_low": "通过率下限",
    "pass_rate": "通过率",
    "pass_rate_high": "通过率上限",
    "reason": "原因",
    "scope": "范围",
    "status": "状态",
    "value": "数值",
    "low": "下限",
    "high": "上限",
    "required": "要求",
    "gap": "差距",
    "attainment": "完成率",
    "gain": "整改可提分",
    "outlook": "预判",
    "phrase": "原文",
    "document": "文件",
}


def header(name: str, lang: str) -> str:
    """Return the title of a column; the status of a rule is titled by the rule."""
    plain = name.removeprefix("status.")
    return HEADERS.get(plain, plain) if lang == "zh" else plain.replace("_", " ")


def rows(batch: Any) -> Iterator[list[Any]]:
    """Yield the rows of a record batch, lists as text."""
    columns = [_plain(column) for column in batch.columns]
    yield from map(list, zip(*columns, strict=True)) if columns else ()


def _plain(column: Any) -> list[Any]:
    values = column.to_pylist()
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        return [None if value is None else "; ".join(map(_text, value)) for value in values]
    return values


def _text(value: Any) -> str:
    """Return an entry of a list in words; one that has zh and en is said in zh."""
    return str(next((word for word in value.values() if word), "")) if isinstance(value, dict) else str(value)
