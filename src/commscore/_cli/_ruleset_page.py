"""A ruleset as a page of Markdown: every rule, what is not scored and why, and what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commscore._cli._wording import assessment_text, condition_text, requirement_text, text_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from commscore._ruleset import Conclusion, Filter, Part, Rule, Ruleset, Unscored

_ENGLISH = {
    "规则集": "ruleset",
    "地区": "place",
    "年份": "year",
    "文件": "document",
    "发文机关": "issuer",
    "印发日期": "issued",
    "继承": "extends",
    "计分": "scores",
    "指纹": "hash",
    "跨年度方案，本身不评分": "a plan of several years, which is not evaluated itself",
    "规则": "Rules",
    "其他": "Others",
    "条款": "clause",
    "内容": "obligation",
    "评判": "judged",
    "原文": "phrase",
    "要求": "requirement",
    "期限": "due",
    "权重": "weight",
    "性质": "force",
    "责任单位": "responsible",
    "约束性": "binding",
    "预期性": "expected",
    "仅展示": "shown only",
    "一票否决": "veto",
    "已停用": "switched off",
    "出自": "from",
    "读法": "How the text was read",
    "不计分的条款": "Not scored, and why",
    "原因": "why",
    "见": "see",
    "结论": "Conclusions",
    "条件": "when",
    "得出": "concludes",
    "措施": "action",
    "等级上限": "cap",
    "依据": "basis",
    "建议": "advice",
}
_FORCES = {"binding": "约束性", "expected": "预期性", "informational": "仅展示"}
_FORMS = {"each": "逐个", "mean": "平均", "share": "占比", "total": "合计", "all": "全部", "any": "任一"}
_LEVELS = {"community": "社区", "township": "乡镇街道", "county": "县区", "city": "市", "province": "省"}
_BUILT_IN = {"units": "个数", "kind": "城乡类型", "code": "区划代码", **_LEVELS}
# What Markdown or HTML would take for markup, in a cell of a table.
_MARKUP = {ord(sign): f"&#{ord(sign)};" for sign in "|<>&*_`[]~\\#"} | {ord("\n"): " "}


def page(ruleset: Ruleset, lang: str) -> str:
    """Write a ruleset as Markdown.

    Args:
        ruleset: The ruleset.
        lang: Language of headings, and of titles where they have it, ``zh`` or ``en``. Phrases stay as the document
            writes them.

    Returns:
        The page: header, the rules chapter by chapter in the order of the file, how their text was read, the
        obligations without a rule, conclusions. Texts of the ruleset are escaped.
    """
    parts = [f"# {_safe(text_in(ruleset.title, lang))}", *_head(ruleset, lang), *_rules(ruleset, lang)]
    notes = [f"- **{_safe(text_in(rule.title, lang))}**: {_safe(rule.note)}" for rule in ruleset.rules if rule.note]
    if notes:
        parts += [f"## {_word('读法', lang)}", "\n".join(notes)]
    if ruleset.unscored:
        entries = (_unscored(entry, lang) for entry in ruleset.unscored)
        parts += [f"## {_word('不计分的条款', lang)}", _table(("条款", "原文", "原因"), entries, lang)]
    if ruleset.conclusions:
        names = ("结论", "条件", "得出", "措施", "等级上限", "依据")
        drawn = (_conclusion(each, lang) for each in ruleset.conclusions)
        parts += [f"## {_word('结论', lang)}", _table(names, drawn, lang)]
    return "\n\n".join(parts) + "\n"


def _word(zh: str, lang: str) -> str:
    return _ENGLISH[zh] if lang == "en" else zh


def _safe(text: object) -> str:
    return "" if text is None else str(text).translate(_MARKUP)


def _table(names: Sequence[str], rows: Iterable[Sequence[str]], lang: str) -> str:
    heads = [_word(name, lang) for name in names]
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _head(ruleset: Ruleset, lang: str) -> Iterator[str]:
    place, source = ruleset.jurisdiction, ruleset.source
    grades = ", ".join(f"{grade.name} ≥ {grade.at_least}" for grade in ruleset.scoring.grades)
    facts = {
        "规则集": f"`{ruleset.id}`",
        "地区": _safe(f"{text_in(place.title, lang)} ({place.level} {place.code})"),
        "年份": str(ruleset.year or _word("跨年度方案，本身不评分", lang)),
        "文件": _safe(source.document or source.title),
        "发文机关": _safe(source.issuer),
        "印发日期": _safe(source.issued),
        "继承": ", ".join(f"`{name}`" for name in ruleset.extends),
        "计分": _safe("; ".join(text for text in (ruleset.scoring.model, grades) if text)),
        "指纹": f"`{ruleset.hash}`",
    }
    first, *others = (f"| {_word(name, lang)} | {fact} |" for name, fact in facts.items() if fact)
    yield "\n".join([first, "| --- | --- |", *others])


def _rules(ruleset: Ruleset, lang: str) -> Iterator[str]:
    names = ["内容", "条款", "评判", "原文", "要求", "期限", "权重", "性质"]
    names += ["责任单位"] if any(rule.responsible for rule in ruleset.rules) else []
    yield f"## {_word('规则', lang)}"
    titles = {group.id: text_in(group.title, lang) for group in ruleset.groups}
    for group in (*titles, None):
        rules = [rule for rule in ruleset.rules if rule.group == group]
        if rules and titles:
            yield f"### {_safe(titles[group]) if group else _word('其他', lang)}"
        if rules:
            yield _table(names, (_rule(rule, ruleset, lang)[: len(names)] for rule in rules), lang)


def _rule(rule: Rule, ruleset: Ruleset, lang: str) -> list[str]:
    return [
        f"{_safe(text_in(rule.title, lang))}<br>`{rule.id}`",
        _safe(rule.clause),
        _safe(assessment_text(rule) if lang == "en" else _judged(rule, ruleset)),
        _safe("; ".join(dict.fromkeys(_phrases(rule)))),
        _safe(requirement_text(rule) if lang == "en" else _required(rule, ruleset)),
        _safe(rule.due),
        _safe(rule.weight),
        _safe("; ".join(_marks(rule, lang))),
        _safe(", ".join(rule.responsible)),
    ]


def _required(part: Part, ruleset: Ruleset) -> str:
    """Say in Chinese what is asked."""
    text = requirement_text(part).replace("urban", "城市").replace("rural", "农村").replace("true", "是")
    named = {getattr(asked.value, "name", "") for asked in part.requirements.values()} & {*ruleset.inputs}
    for name in sorted(named, key=len, reverse=True):
        text = text.replace(name, _title(name, ruleset))
    return text


def _judged(part: Part, ruleset: Ruleset) -> str:
    """Say in Chinese what is judged, by the titles of inputs, such as 合计之比：设施面积 ÷ 户数 × 100."""
    text = _form(part, ruleset)
    if part.where:
        text += f"（限 {'、'.join(_filter(found, ruleset) for found in part.where)}）"
    return f"{text}（按{_LEVELS[part.over]}）" if part.over else text


def _form(part: Part, ruleset: Ruleset) -> str:
    from commscore._requirement import decimal

    titles = [_title(name, ruleset) for name in part.inputs]
    factor = f" × {decimal(part.per)}" if part.per != 1 else ""
    inner = "；".join(_inner(each, ruleset) for each in part.parts)
    match part.assessment:
        case "ratio":
            return f"合计之比：{' ÷ '.join(titles)}{factor}"
        case "change":
            return f"增量：{' − '.join(titles)}"
        case "atleast":
            return f"至少 {part.n} 项：{inner}"
        case form:
            return f"{_FORMS[form]}：{inner or ' ÷ '.join(titles) + factor}"


def _inner(part: Part, ruleset: Ruleset) -> str:
    asked = _required(part, ruleset)
    text = _judged(part, ruleset).removeprefix("逐个：")
    return text if asked in {"", "是"} else f"{text} {asked}"


def _filter(found: Filter, ruleset: Ruleset) -> str:
    from commscore._requirement import describe

    asked = "|".join(found.values) if found.requirement is None else describe(found.requirement)
    asked = {"urban": "城市", "rural": "农村", "true": "是", "false": "否"}.get(asked, asked)
    return f"{_title(found.input, ruleset)} {asked}"


def _title(name: str, ruleset: Ruleset) -> str:
    return ruleset.inputs[name].title.zh if name in ruleset.inputs else _BUILT_IN.get(name, name)


def _phrases(part: Part) -> Iterator[str]:
    """Yield the document's words for the figures, those of parts included."""
    if isinstance(part.phrase, str):
        yield part.phrase
    elif part.phrase:
        yield from part.phrase.values()
    else:
        yield from (asked.phrase for asked in part.requirements.values() if asked.phrase)
    for inner in part.parts:
        yield from _phrases(inner)


def _marks(rule: Rule, lang: str) -> Iterator[str]:
    yield _word(_FORCES[rule.force.value], lang)
    if rule.veto:
        yield _word("一票否决", lang)
    if not rule.selected:
        yield _word("已停用", lang)
    if rule.because:
        yield rule.because
    if rule.source is not None and (named := rule.source.document or rule.source.title):
        yield f"{_word('出自', lang)} {named}"


def _unscored(entry: Unscored, lang: str) -> list[str]:
    why = [_safe(entry.why)] if entry.why else []
    why += [f"{_word('见', lang)} `{entry.see}`"] if entry.see else []
    return [_safe(entry.clause), _safe(entry.phrase), "; ".join(why)]


def _conclusion(each: Conclusion, lang: str) -> list[str]:
    basis = each.clause or _word("建议", lang)
    return [
        f"`{each.id}`",
        _safe(condition_text(each.when)),
        _safe(each.conclude),
        _safe(None if each.action is None else text_in(each.action, lang)),
        _safe(each.cap),
        _safe(basis if each.selected else f"{basis}; {_word('已停用', lang)}"),
    ]
