"""The vocabulary of reports, in Chinese and English: one place, so that a test can hold both to be complete."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

import attrs

from commscore._ruleset import Text
from commscore._status import Reason, Status
from commscore.errors import UsageError

LANGS = ("zh", "en")
GROUPED = 1000  # from here on thousands are set apart

STATUS_WORDS = MappingProxyType(
    {
        Status.PASS: ("通过", "pass"),
        Status.FAIL: ("未通过", "fail"),
        Status.UNKNOWN: ("无法判定", "unknown"),
        Status.ERROR: ("数据有误", "error"),
        Status.NOTAPPLICABLE: ("不适用", "not applicable"),
        Status.NOTCHECKED: ("未检查", "not checked"),
        Status.NOTSELECTED: ("已停用", "switched off"),
        Status.INFORMATIONAL: ("仅列示", "shown only"),
        Status.FIXED: ("已整改", "fixed"),
    }
)

REASON_WORDS = MappingProxyType(
    {
        Reason.MISSING_VALUE: ("缺少数值", "a value is missing"),
        Reason.MISSING_SCOPE: (
            "城乡类型、筛选条件或所在地缺失，不能确定是否适用",
            "urban or rural, a filter or the area is missing, so it is open whether the rule applies",
        ),
        Reason.ZERO_DENOMINATOR: ("分母为零而分子不为零", "something over a zero denominator"),
        Reason.INCOMPLETE_AREA: (
            "有数据缺失，补齐后可能达标也可能不达标",
            "data are missing, and what they turn out to be decides it",
        ),
        Reason.MISSING_COLUMN: ("数据中没有所需的列", "the data have no column for it"),
        Reason.INVALID_VALUE: ("有数值不可能正确", "a value cannot be right"),
        Reason.OUT_OF_SCOPE: ("不在适用范围内", "outside the rule's scope"),
        Reason.EMPTY_SCOPE: ("适用范围内没有可判定的对象", "nothing in its scope"),
        Reason.OTHER_LEVEL: ("所需数据属于其他层级", "what it needs is of another level"),
        Reason.NOT_DUE: ("尚未到期，不计分", "not yet due, not scored"),
        Reason.INFORMATIONAL: ("本规则只列示，不计分", "the rule is informational, not scored"),
        Reason.CONTRIBUTION: ("在上级判定，此处只列其贡献", "judged at a level above, this is what it adds"),
        Reason.TAILORED: ("已被本规则集停用", "switched off by the ruleset"),
    }
)
# The reasons why a whole rule is not scored, short enough to be counted in one line.
SHORT_REASONS = MappingProxyType(
    {
        Reason.MISSING_COLUMN: ("缺列", "without a column"),
        Reason.OTHER_LEVEL: ("层级不符", "of another level"),
        Reason.NOT_DUE: ("未到期", "not yet due"),
        Reason.INFORMATIONAL: ("仅列示", "informational"),
        Reason.TAILORED: ("已停用", "switched off"),
        Reason.EMPTY_SCOPE: ("无适用对象", "applying nowhere"),
    }
)
# Nothing over nothing is another thing than something over nothing.
NOTHING_OVER_NOTHING = ("分子、分母都为零，无可判定", "nothing over nothing, so there is nothing to judge")

LEVEL_WORDS = MappingProxyType(
    {
        "site": ("项目点", "site", "sites"),
        "community": ("社区（村）", "community", "communities"),
        "township": ("乡镇（街道）", "township", "townships"),
        "county": ("区县", "county", "counties"),
        "city": ("市", "city", "cities"),
        "province": ("省", "province", "provinces"),
        "nation": ("全国", "nation", "nations"),
    }
)

SCOPE_WORDS = MappingProxyType({"urban": ("城市", "urban"), "rural": ("农村", "rural"), "all": ("", "")})

FORM_WORDS = MappingProxyType(
    {
        "each": ("逐个判定", "each on its own"),
        "mean": ("平均数", "mean"),
        "ratio": ("合计之比", "ratio of sums"),
        "share": ("占比", "share"),
        "total": ("合计", "total"),
        "change": ("增量", "change"),
        "all": ("须全部满足", "all must hold"),
        "any": ("满足任一即可", "any one will do"),
        "atleast": ("至少满足 {n} 项", "at least {n} must hold"),
    }
)

_COUNTERS = tuple("个所处家座支件项套份场门条块台辆间级档类种期批例篇本部对组棵幅")
# Measure words that English writes otherwise, singular and plural; counters, which it does without, are blank.
UNIT_WORDS = MappingProxyType(
    {
        **dict.fromkeys(("人", "名", "位"), ("person", "persons")),
        **dict.fromkeys(("户", "家庭"), ("household", "households")),
        **dict.fromkeys(("平方米", "平米", "㎡", "m²"), ("m²", "m²")),
        **dict.fromkeys(("米", "m"), ("m", "m")),
        **dict.fromkeys(("公里", "千米", "km"), ("km", "km")),
        **dict.fromkeys(("平方公里", "平方千米"), ("km²", "km²")),
        **dict.fromkeys(("小时", "个小时"), ("hour", "hours")),
        **dict.fromkeys(("天", "日"), ("day", "days")),
        **dict.fromkeys(("年",), ("year", "years")),
        **dict.fromkeys(("月", "个月"), ("month", "months")),
        **dict.fromkeys(("次",), ("time", "times")),
        **dict.fromkeys(("元",), ("yuan", "yuan")),
        **dict.fromkeys(("万元",), ("10,000 yuan", "10,000 yuan")),
        **dict.fromkeys(("亩",), ("mu", "mu")),
        **dict.fromkeys(("分钟",), ("minute", "minutes")),
        **dict.fromkeys(("张", "床"), ("bed", "beds")),
        **dict.fromkeys(_COUNTERS, ("", "")),
    }
)

TEXTS = MappingProxyType(
    {
        # Lists and punctuation.
        "colon": ("：", ": "),
        "comma": ("，", ", "),
        "semicolon": ("；", "; "),
        "enumerate": ("、", ", "),
        "brackets": ("（{text}）", " ({text})"),
        "more": ("……另有 {n} 项未列出", "… and {n} more"),
        "more_of": ("……另有 {what}未列出", "… and {what} more"),
        "more_counted": ("……另有 {n} 项未列出（{what}）", "… and {n} more ({what})"),
        "and_more": ("另有 {n} 项", "and {n} more"),
        "range": ("{low} 至 {high}", "{low} to {high}"),
        "none": ("无", "none"),
        "yes": ("是", "yes"),
        "no": ("否", "no"),
        # Headings.
        "note_on": ("审核说明：{key}", "Audit note: {key}"),
        "summary_of": ("评价汇总：{id}", "Summary: {id}"),
        "ruleset": ("规则集", "Ruleset"),
        "document": ("文件", "Document"),
        "year": ("年度", "Year"),
        "as_of": ("截至", "As of"),
        "model": ("计分方式", "Model"),
        "scored_here": ("评价对象", "Scored"),
        "rules": ("规则", "Rules"),
        "kind": ("对象", "What it is"),
        "lies_in": ("所在地", "Lies in"),
        "holds": ("包含", "Holds"),
        "score": ("得分", "Score"),
        "score_low": ("最低得分", "Lowest"),
        "score_high": ("最高得分", "Highest"),
        "coverage": ("覆盖率", "Coverage"),
        "grade": ("等级", "Grade"),
        "findings": ("结论", "Findings"),
        "units_score": ("内部单元平均得分", "Mean score of the units inside"),
        "no_score": ("无（没有可计分的结论）", "none (nothing was evaluated)"),
        "no_grade": ("无", "none"),
        "multiple": ("{symbol} {name}的 {factor}", "{symbol} {factor} of {name}"),
        "of_maximum": ("{score} / {maximum}", "{score} of {maximum}"),
        "undecided_span": (
            "未定事项全部未通过为 {low}，全部通过为 {high}",
            "{low} if everything undecided fails, {high} if it passes",
        ),
        "ungrouped": ("未分组", "Without a group"),
        # Lines of a finding.
        "value": ("数值", "Value"),
        "passing": ("通过比例", "Passing"),
        "required": ("要求", "Required"),
        "part": ("其中", "Part"),
        "gap": ("差距", "Gap"),
        "basis": ("依据", "Basis"),
        "due": ("期限", "Due"),
        "responsible": ("责任单位", "Responsible"),
        "outlook": ("若现在判定", "If judged now"),
        "inputs": ("所用数据", "Data used"),
        "reading": ("读法", "Reading"),
        "because": ("原因", "Because"),
        "why": ("说明", "Why"),
        "judged": ("判定", "Judged"),
        "at": ("{form}，在{level}层级", "{form}, at {level} level"),
        "veto": ("一票否决", "veto"),
        "expected": ("预期性", "expected"),
        "clause": ("条款 {clause}", "clause {clause}"),
        "counts": (
            "通过 {passed}，未通过 {failed}，未定 {undecided}",
            "{passed} pass, {failed} fail, {undecided} undecided",
        ),
        "failing_units": ("未通过的：{keys}", "failing: {keys}"),
        # Conclusions.
        "conclusions": ("研判与措施", "Conclusions and actions"),
        "conclusion": ("研判", "conclusion"),
        "action": ("措施", "Action"),
        "cap": ("等级最高为", "Grade at best"),
        "capped": ("等级封顶为 {grade}（按得分为 {scored}）", "The grade is capped at {grade} (scored: {scored})"),
        "advice": ("建议（文件未作规定）", "advice (no document says so)"),
        "advice_short": ("建议", "advice"),
        "quoted": ("原文“{text}”", "“{text}”"),
        "whole_ruleset": ("全部规则", "the whole ruleset"),
        "because_failed": ("未通过 {rules}", "{rules}: failed"),
        "because_undecided": ("未定 {rules}", "{rules}: undecided"),
        "because_failed_in": (
            "{place}中 {count} 项未通过（≥ {least}）：{rules}",
            "{count} failed in {place} (≥ {least}): {rules}",
        ),
        "because_undecided_in": (
            "{place}中 {count} 项未定（≥ {least}）：{rules}",
            "{count} undecided in {place} (≥ {least}): {rules}",
        ),
        "because_grade": ("按得分等级为 {grade}", "the grade as scored is {grade}"),
        "because_kind": ("属于{kind}", "it is {kind}"),
        "because_concluded": ("已有研判 {names}", "concluded before: {names}"),
        # Numbers.
        "between": ("{low} 至 {high} 之间", "between {low} and {high}"),
        "not_below": ("不低于 {low}", "{low} or more"),
        "not_above": ("不高于 {high}", "{high} or less"),
        "indistinct": (
            "{value}（与要求之差小于可显示的精度）",
            "{value} (differs from the requirement by less than can be shown)",
        ),
        "not_known": ("不详", "not known"),
        "short": ("还差 {amount}", "short by {amount}"),
        "over": ("超出 {amount}", "over by {amount}"),
        "short_in": ("{what}还差 {amount}", "{what}: short by {amount}"),
        "over_in": ("{what}超出 {amount}", "{what}: over by {amount}"),
        "sum_of": ("{what}合计", "{what}, in total"),
        "not_met": ("尚未做到", "not done yet"),
        "failing_inside": ("其中 {what}未通过", "failing inside: {what}"),
        "points": ("{n} 个百分点", "{n} percentage points"),
        "per_mille_points": ("{n} 个千分点", "{n} points of a thousandth"),
        "attained_least": ("至少完成 {share}", "at least {share} of the target"),
        "satisfies": ("符合", "meets the condition"),
        "does_not": ("不符合", "does not meet the condition"),
        "yes_rows": ("{n} 个为“是”", "{n} yes"),
        "attained": ("完成 {share}", "{share} of the target"),
        "gains": ("补上后得分提高 {gain}", "mending it alone raises the score by {gain}"),
        "per": ("每{per} {value}", "{value} per {per}"),
        # Inputs.
        "missing": ("缺失", "missing"),
        "invalid": ("无效", "invalid"),
        "no_column": ("表中无此列", "no such column"),
        "elsewhere": ("见{level}表，此处不取", "in the {level} table, not read here"),
        "kind_input": ("城乡类型", "urban or rural"),
        "input_of": ("{title} = {value}", "{title} = {value}"),
        "area_sum": ("合计 {value}", "{value} in total"),
        "area_rows": ("共 {rows}", "over {rows}"),
        "area_lacks": ("缺失 {missing}，无效 {invalid}", "{missing} missing, {invalid} invalid"),
        "open_units": ("不能确定是否在范围内的：{n}", "not known to be in scope: {n}"),
        "streamed": (
            "数据为分块处理，未保留各单元的数值",
            "the units were streamed, their values are not at hand",
        ),
        # Why something was not checked.
        "lacking": ("缺少 {inputs}", "missing {inputs}"),
        "given": ("需要 {wanted}表，所给为 {given}表", "needs a table of {wanted}, given: {given}"),
        "coarser": (
            "数据在{wanted}层级，单个{level}没有自己的数",
            "its data are those of a {wanted}, not of a single {level}",
        ),
        "also": ("也可由 {counts} 两列代替", "or the two counts {counts} in its place"),
        # Sections of a summary.
        "scores": ("得分", "Scores of the units"),
        "mean": ("平均", "mean"),
        "min": ("最低", "min"),
        "median": ("中位", "median"),
        "max": ("最高", "max"),
        "unscored": ("无得分：{what}", "without a score: {what}"),
        "grades": ("等级分布", "Grades of the units"),
        "units": ("单元", "units"),
        "share": ("占比", "share"),
        "if_low": ("未定按未通过", "if undecided fail"),
        "if_high": ("未定按通过", "if undecided pass"),
        "areas": ("各地区（每级由低到高）", "Areas (lowest scores first within a level)"),
        "level": ("层级", "level"),
        "area": ("地区", "area"),
        "interval": ("区间", "interval"),
        "fails": ("未通过", "fail"),
        "undecided": ("未定", "undecided"),
        "units_mean": ("单元平均", "units' mean"),
        "unknown_area": ("（不详）", "(not known)"),
        "worst": ("最差规则（按通过率）", "Worst rules (by pass rate)"),
        "rule": ("规则", "rule"),
        "title": ("名称", "title"),
        "clause_column": ("条款", "clause"),
        "pass_rate": ("通过率", "pass rate"),
        "all_pass": ("全部通过的规则：{n} 条", "{n} rules pass everywhere"),
        "one_passes": ("全部通过的规则：1 条", "1 rule passes everywhere"),
        "area_rules": ("在地区判定的规则", "Rules judged at areas"),
        "status": ("结论", "status"),
        "open": ("无法判定与数据有误", "Unknown and in error"),
        "reason": ("原因", "reason"),
        "of_units": ("单元", "of units"),
        "of_areas": ("地区", "of areas"),
        "most_often": ("主要涉及", "most often"),
        "cells": ("缺失与无效的数据", "Missing and invalid data"),
        "input": ("输入", "input"),
        "cells_of": ("共", "of"),
        "unchecked": ("未计分的规则及原因", "Not scored, and why"),
        "partly": (
            "部分条件缺少所需的列，按无法判定计",
            "Scored, but a part has no column and counts as unknown",
        ),
        "nothing": ("无", "none"),
        "needs": ("所缺", "what is missing"),
        "scored": ("计分", "scored"),
    }
)


def counted(count: int) -> str:
    """Write a count, thousands set apart where it is long."""
    return f"{count:,}" if count >= GROUPED else str(count)


@attrs.frozen
class Words:
    """The vocabulary of one language.

    Attributes:
        lang: ``zh`` or ``en``.
    """

    lang: str

    @property
    def _index(self) -> int:
        return LANGS.index(self.lang)

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a text, its blanks filled in."""
        text = TEXTS[key][self._index]
        return text.format(**values) if values else text

    def status(self, status: str) -> str:
        """Return the word for a status."""
        return STATUS_WORDS[Status(status)][self._index]

    def reason(self, reason: str, status: str) -> str:
        """Say why a status is what it is."""
        if Reason(reason) is Reason.ZERO_DENOMINATOR and Status(status) is Status.NOTAPPLICABLE:
            return NOTHING_OVER_NOTHING[self._index]
        return REASON_WORDS[Reason(reason)][self._index]

    def short(self, reason: str) -> str:
        """Say in a word why a rule is not scored."""
        return SHORT_REASONS[Reason(reason)][self._index]

    def level(self, level: str) -> str:
        """Return the word for a level."""
        return LEVEL_WORDS[level][self._index]

    def places(self, count: int, level: str) -> str:
        """Count places of a level: ``3 个社区（村）``, ``3 communities``."""
        zh, singular, plural = LEVEL_WORDS[level]
        return (
            f"{counted(count)} 个{zh}"
            if self.lang == "zh"
            else f"{counted(count)} {singular if count == 1 else plural}"
        )

    def scope(self, scope: str) -> str:
        """Return the word for a scope; none for all."""
        return SCOPE_WORDS[scope][self._index]

    def form(self, form: str, n: int | None = None) -> str:
        """Return the word for an assessment."""
        return FORM_WORDS[form][self._index].format(n=n)

    def unit(self, unit: str | None, *, one: bool = False) -> str:
        """Return a measure word: as it is in Chinese, and the English one for what English has one."""
        if unit is None or self.lang == "zh":
            return unit or ""
        singular, plural = UNIT_WORDS.get(unit, (unit, unit))
        return singular if one else plural

    def title(self, title: Text) -> str:
        """Return a title in this language, in Chinese where there is no other."""
        return title.en or title.zh if self.lang == "en" else title.zh

    def several(self, items: Iterable[str]) -> str:
        """Enumerate."""
        return self("enumerate").join(items)

    def bracketed(self, text: str) -> str:
        """Put text in brackets; nothing stays nothing."""
        return self("brackets", text=text) if text else ""

    def labelled(self, key: str, text: str) -> str:
        """Write ``label: text``."""
        return f"{self(key)}{self('colon')}{text}"


def words(lang: str) -> Words:
    """Return the vocabulary of a language.

    Raises:
        UsageError: There is no such language.
    """
    if lang not in LANGS:
        raise UsageError(f"lang: there is no {lang!r}; there are {' and '.join(map(repr, LANGS))}")
    return Words(lang)
