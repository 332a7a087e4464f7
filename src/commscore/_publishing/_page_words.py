"""The vocabulary of pages, where that of reports has no word: in Chinese and English."""

from __future__ import annotations

from types import MappingProxyType

TEXTS = MappingProxyType(
    {
        "page_title": ("评价报告：{id}", "Report: {id}"),
        "skip": ("跳到正文", "Skip to the content"),
        "contents": ("目录", "Contents"),
        "filter": ("筛选", "Filter"),
        "shown": ("显示 {shown} / {all} 行", "{shown} of {all} rows"),
        "cut": ("仅列出 {shown} 行，共 {whole} 行", "{shown} of {whole} rows are listed"),
        "cut_file": ("；全部见 {file}", "; all are in {file}"),
        "cut_areas": (
            "下面展开 {shown} 个地区，共 {whole} 个",
            "{shown} of {whole} areas can be opened below",
        ),
        # Sections.
        "s_scores": ("总体得分", "Scores"),
        "s_grades": ("等级分布", "Grades"),
        "s_spread": ("得分分布", "Distribution of scores"),
        "s_worst": ("通过率最低的规则", "Worst rules"),
        "s_rules": ("各规则通过率", "Pass rates by rule"),
        "s_heat": ("各地通过率", "Pass rates by place"),
        "s_near": ("离下一等级最近的单元", "Nearest to the next grade"),
        "s_open": ("未知与未检查", "Unknown and not checked"),
        "s_follow": ("研判与措施", "Conclusions and actions"),
        "s_areas": ("各地区", "Areas"),
        "s_units": ("得分最低的单元", "Lowest scores"),
        "s_run": ("规则集与运行记录", "Ruleset and run"),
        # Scores.
        "no_areas": (
            "没有地区得分：评价时未要求汇总。要得到它，请加 --rollup {level}（Python：rollup=['{level}']）。",
            (
                "There are no scores of areas: none were asked for. To have them, evaluate with --rollup {level}"
                " (in Python: rollup=['{level}'])."
            ),
        ),
        "units_average": ("{level}平均得分", "Mean score per {level}"),
        "score_span": ("区间 {low} – {high}", "interval {low} – {high}"),
        "score_sure": ("没有未定事项", "nothing undecided"),
        "covered": ("覆盖率 {share}", "coverage {share}"),
        "graded": ("等级 {grade}", "grade {grade}"),
        "scale": ("得分刻度", "Scale of the score"),
        "scale_says": (
            "0 至 {top} 的刻度上，得分 {score}，可能区间 {low} 至 {high}。",
            "On a scale from 0 to {top}: score {score}, possible from {low} to {high}.",
        ),
        "interval_means": (
            "区间：未定事项全部未通过与全部通过时的得分。覆盖率：能判定的部分所占权重。",
            (
                "The interval runs from the score if everything undecided fails to the score if it all passes."
                " Coverage is the weight of what could be decided."
            ),
        ),
        # Distribution.
        "grades_caption": ("各等级的单元数", "Units by grade"),
        "grades_says": ("各等级单元数：{counts}。", "Units by grade: {counts}."),
        "spread_says": (
            "得分直方图，每档 5 分。平均 {mean}，最低 {least}，最高 {greatest}；最多的一档是 {mode}，有 {count} 个。",
            (
                "Histogram of scores in steps of 5. Mean {mean}, least {least}, greatest {greatest}; the fullest step"
                " is {mode} with {count} units."
            ),
        ),
        "spread_caption": ("各分数段的单元数", "Units by range of scores"),
        "spread_of_top": ("满分的百分比", "Percent of the maximum"),
        "range_column": ("分数段", "range"),
        "no_grades": ("规则集没有规定等级。", "The ruleset has no grades."),
        "no_units": ("没有可计分的单元。", "No unit has a score."),
        "numbers": ("数据表", "The numbers"),
        # Rules.
        "worst_caption": ("通过率最低的规则与条款", "The rules with the lowest pass rates, with their clauses"),
        "rules_caption": ("全部规则：判定结果与通过率", "All rules: findings and pass rates"),
        "none_fails": ("没有未通过的规则。", "No rule fails anywhere."),
        "rule_id": ("编号", "id"),
        "phrase": ("原文", "phrase"),
        "group": ("分组", "group"),
        "weight": ("权重", "weight"),
        "undecided_short": ("未定", "undecided"),
        "not_scored": ("不计分原因", "not scored because"),
        "judged_level": ("判定层级", "judged at"),
        "rate_means": (
            "通过率 = 通过 ÷ 已判定；有未定事项时给出区间。",
            "The pass rate is passes by what was judged; where something is undecided, it is an interval.",
        ),
        # Heat map.
        "heat_caption": ("各规则在各{level}的通过率", "Pass rate of each rule in each {level}"),
        "heat_means": (
            "数字为该地通过的百分比，有未定事项时为区间；在该层级直接判定的规则给出结论。",
            (
                "Numbers are the percentage that passes there, an interval where something is undecided; rules judged"
                " at that level show their status."
            ),
        ),
        "heat_lacks": (
            '没有{level}一级的结论。要得到它，请在评价时加 --rollup {name}（Python：rollup=["{name}"]）。',
            (
                "There are no findings by {level}. To have them, evaluate with --rollup {name}"
                ' (in Python: rollup=["{name}"]).'
            ),
        ),
        "heat_open": ("未定较多", "largely undecided"),
        "heat_none": ("没有可按地区比较的规则。", "There is no rule to compare places by."),
        "heat_cut": (
            "仅列出得分最低的 {shown} 个地区，共 {whole} 个",
            "only the {shown} lowest of {whole} places are listed",
        ),
        "legend": ("图例", "Legend"),
        # Nearest.
        "near_caption": ("离下一等级最近的单元", "Units nearest to the next grade"),
        "near_none": ("没有可以升级的单元。", "No unit has a grade left to reach by its score."),
        "next_grade": ("下一等级", "next grade"),
        "lacking_points": ("还差分数", "points short"),
        "one_would_do": ("补上其中一项即可", "mending one of these would do"),
        "held_back": (
            "另有 {n} 个单元得分已够，但等级被封顶或一票否决。",
            "Held back by a cap or a veto, though the score would do for more: {n}.",
        ),
        # Unknown.
        "open_caption": ("无法判定与数据有误，按原因", "Unknown and in error, by reason"),
        "open_none": ("没有无法判定或数据有误的结论。", "Nothing is unknown or in error."),
        "open_gone": (
            "输出文件夹没有保存单元的结论（--findings none），原因只能按地区统计。",
            "The output folder holds no findings of units (--findings none), so reasons are counted for areas alone.",
        ),
        "cells_caption": ("缺失与无效的数据", "Missing and invalid data"),
        "unchecked_caption": ("未计分的规则及原因", "Rules not scored, and why"),
        "all_scored": ("全部规则都已计分。", "All rules are scored."),
        "unscored_caption": ("文件中没有规则对应的要求", "Obligations of the document that no rule scores"),
        "details": ("说明", "details"),
        # Conclusions.
        "follow_caption": ("研判与措施及其涉及的对象数", "Conclusions and actions, and how many they hold for"),
        "follow_none": ("没有得出任何研判。", "Nothing was concluded."),
        "kind_of": ("类别", "what"),
        "content": ("内容", "text"),
        # Areas and units.
        "areas_caption": ("各地区得分", "Scores of areas"),
        "area_findings": ("{place}：未通过与未定", "{place}: failing and undecided"),
        "all_fine": ("没有未通过或未定的结论。", "Nothing fails or is undecided."),
        "units_caption": ("得分最低的单元", "Units with the lowest scores"),
        "key": ("编码", "key"),
        "units_inside": ("单元数", "units"),
        "follows": ("研判", "conclusions"),
        "measures": ("措施", "actions"),
        "may_gain": ("可提分", "gain"),
        # Run.
        "run_caption": ("规则集与运行", "Ruleset and run"),
        "inputs_caption": ("输入文件", "Input files"),
        "in_memory": ("输入为内存中的数据，没有文件指纹。", "The data were in memory and have no file hash."),
        "hash": ("规则集指纹", "Ruleset hash"),
        "issuer": ("发布单位", "Issuer"),
        "issued": ("发布日期", "Issued"),
        "versions": ("版本", "Versions"),
        "options": ("选项", "Options"),
        "started": ("开始", "Started"),
        "finished": ("结束", "Finished"),
        "thresholds": ("等级线", "Thresholds of grades"),
        "file": ("文件", "file"),
        "rows": ("行数", "rows"),
        "bytes": ("字节", "bytes"),
        "sha256": ("SHA-256", "SHA-256"),
        "folder": ("完整数据", "Whole tables"),
        "extends": ("沿用", "Extends"),
    }
)
