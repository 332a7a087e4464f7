"""A new ruleset to fill in: commented, and without a fault as it stands."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import MappingProxyType

from commscore._ruleset import CODE_LENGTHS, NATION
from commscore.errors import UsageError

FIRST_YEAR, LAST_YEAR = 1949, 2199
SCHEMA_FILE = "ruleset.schema.json"
SCHEMA_LINE = "# yaml-language-server: $schema="
_ID = re.compile(r"\w[\w-]{0,63}")
# What YAML takes for nothing but text.
_BARE = re.compile(r"[^\W\d_]\w*-[\w-]+")
_YEAR = re.compile(r"(?P<place>.+)-(?P<year>(?:19|20|21)[0-9]{2})")


def skeleton(
    id_: str, *, level: str = "city", code: str | None = None, year: int | None = None, lang: str = "zh"
) -> str:
    """Write a ruleset to begin with.

    Args:
        id_: The id, best as jurisdiction-year, such as ``dalian-2024``.
        level: The level of the jurisdiction: ``community`` to ``province``, or ``nation``.
        code: Its code; unless given, zeros to be replaced.
        year: The year scored; unless given, that at the end of the id, else this year.
        lang: Language of the comments: ``zh`` or ``en``.

    Returns:
        The file's text; ``check_ruleset`` finds no fault in it, and its case passes.

    Raises:
        UsageError: The id, the level, the code or the year is none.
    """
    named = _YEAR.fullmatch(id_)
    year = year or (int(named["year"]) if named else datetime.now(UTC).year)
    _check(id_, level, code, year)
    given = {
        "@SCHEMA@": SCHEMA_LINE + SCHEMA_FILE,
        "@ID@": id_ if _BARE.fullmatch(id_) else f'"{id_}"',
        "@PLACE@": named["place"] if named else id_,
        "@CODE@": code or "0" * CODE_LENGTHS.get(level, 1),
        "@LEVEL@": level,
        "@YEAR@": f"year: {year}",
        "@DUE@": f"{year}-12-31",
    }
    # One pass, so that an id which looks like a mark stays what it is.
    return re.sub("|".join(given), lambda mark: given[mark[0]], _TEXTS[lang])


def _check(id_: str, level: str, code: str | None, year: int) -> None:
    if not _ID.fullmatch(id_):
        allowed = "letters, digits, - and _, at most 64, beginning with a letter or digit"
        raise UsageError(f"{id_[:80]!r} is no id; an id has {allowed}")
    levels = (*CODE_LENGTHS, NATION)
    if level not in levels:
        raise UsageError(f"{level[:40]!r} is no level of a jurisdiction; those are {', '.join(levels)}")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UsageError(f"{year} is no year between {FIRST_YEAR} and {LAST_YEAR}")
    wanted = CODE_LENGTHS.get(level)
    if code is not None and not (code.isascii() and code.isdigit() and len(code) == (wanted or len(code))):
        raise UsageError(f"{code[:40]!r} is no code of a {level}, which has {wanted or 'only'} digits")


_ZH = """\
@SCHEMA@
# 编写方法见文档 docs/authoring.md。先改这里，再运行：
#   commscore ruleset check 本文件      检查，每个问题都有行号
#   commscore ruleset test 本文件       运行 cases
#   commscore ruleset coverage 本文件   逐条对照：计分、展示、不计分
commscore: 1
id: @ID@
title: {zh: "@PLACE@ 行动方案", en: "@PLACE@ programme"}
jurisdiction: {code: "@CODE@", level: @LEVEL@, zh: "@PLACE@"} # 代码加引号
@YEAR@ # 多年的方案不写 year，另建每年的小文件，用 extends: 继承
source:
  document: 文件名称或文号
  issuer: 发文机关
scoring:
  model: default # default | flat | flat-unweighted | absolute | attainment
  grades: [[优秀, 90], [良好, 80], [达标, 60], [不达标, 0]]

# 指标。先在 inputs.yaml 目录里找同名指标，没有再在这里添加。
# 类型：count 计数 | quantity 数量 | rate 比率 | flag 是否 | category 分类
inputs:
  reading_rooms: {zh: 阅览室数, en: Reading rooms, type: count, unit: 个}
  residents_total: {zh: 居民总数, en: Residents in all, type: count, unit: 人}
  trained_residents: {zh: 受训居民数, en: Residents trained, type: count, unit: 人, part_of: residents_total}
  notice_board: {zh: 有公示栏, en: Has a notice board, type: flag}

# 章节。clause 是文件中的条款号。
groups:
  - {id: services, title: {zh: 服务, en: Services}, clause: 一}

rules:
  # 每个社区：each。城乡要求不同，写成 {urban: …, rural: …}，需要 kind 列。
  - id: reading-rooms
    group: services
    title: {zh: 每个社区阅览室数量, en: Reading rooms in each community}
    clause: 一
    each: reading_rooms
    require: {urban: 不少于2个, rural: 不少于1个} # 以上、不少于含本数，超过不含
    due: @DUE@ # 到期前只展示，不计分
    # weight: 2
    # responsible: [市民政局]
    # note: 说明怎样理解原文，还有哪一种读法

  # 合计之比：ratio，全市分子之和除以分母之和，不是各社区比率的平均。
  - id: trained-share
    group: services
    title: {zh: 受训居民占比, en: Share of residents trained}
    clause: 一
    ratio: [trained_residents, residents_total]
    require: ">= 30%" # 以 > 开头的值要加引号
    phrase: 受训居民达到30%以上 # 原文写法，不超过25个字

  # 覆盖率：share，符合条件的社区占比。
  - id: notice-boards
    group: services
    title: {zh: 公示栏覆盖率, en: Communities with a notice board}
    clause: 一
    share: notice_board
    require: 全覆盖

  # 力争、左右等没有硬性标准的：只展示，不计分。
  - id: reading-rooms-mean
    group: services
    title: {zh: 平均阅览室数量, en: "Reading rooms, mean"}
    clause: 二
    mean: reading_rooms
    force: informational

# 没有规则的义务，逐条写明原因。
unscored:
  - {clause: 二, phrase: 进一步加强, why: 没有可量的标准}

# 规则集自己的测试：临界值、低于、高于、缺失。
cases:
  - name: 临界值上合格，低于不合格，空白待定
    rows:
      - {kind: urban, reading_rooms: 2}
      - {kind: rural, reading_rooms: 0}
      - {kind: rural, reading_rooms: null}
    as_of: @DUE@
    expect: {reading-rooms: [pass, fail, unknown]}
"""

_EN = """\
@SCHEMA@
# How to write one: docs/authoring.md. Change this file, then run
#   commscore ruleset check FILE      every fault with its line
#   commscore ruleset test FILE       the cases below
#   commscore ruleset coverage FILE   clause by clause: scored, shown, not scored
commscore: 1
id: @ID@
title: {zh: "@PLACE@ 行动方案", en: "@PLACE@ programme"}
jurisdiction: {code: "@CODE@", level: @LEVEL@, zh: "@PLACE@"} # codes in quotes
@YEAR@ # a plan of several years has none; small files, one for each year, extend it
source:
  document: name or number of the document
  issuer: who issued it
scoring:
  model: default # default | flat | flat-unweighted | absolute | attainment
  grades: [[优秀, 90], [良好, 80], [达标, 60], [不达标, 0]]

# Inputs. Look for the same thing in the catalogue inputs.yaml first; add here what it lacks.
# Types: count | quantity | rate | flag | category
inputs:
  reading_rooms: {zh: 阅览室数, en: Reading rooms, type: count, unit: 个}
  residents_total: {zh: 居民总数, en: Residents in all, type: count, unit: 人}
  trained_residents: {zh: 受训居民数, en: Residents trained, type: count, unit: 人, part_of: residents_total}
  notice_board: {zh: 有公示栏, en: Has a notice board, type: flag}

# Chapters. `clause` is where the document says it.
groups:
  - {id: services, title: {zh: 服务, en: Services}, clause: 一}

rules:
  # Every community: each. Where urban and rural differ, {urban: …, rural: …}; the data then needs the column kind.
  - id: reading-rooms
    group: services
    title: {zh: 每个社区阅览室数量, en: Reading rooms in each community}
    clause: 一
    each: reading_rooms
    require: {urban: 不少于2个, rural: 不少于1个} # 以上 and 不少于 include the number, 超过 does not
    due: @DUE@ # before that day it is shown, not scored
    # weight: 2
    # responsible: [市民政局]
    # note: how the text was read, and which other reading there is

  # Sum over sum: ratio. Never the mean of the communities' ratios.
  - id: trained-share
    group: services
    title: {zh: 受训居民占比, en: Share of residents trained}
    clause: 一
    ratio: [trained_residents, residents_total]
    require: ">= 30%" # a value that begins with > needs quotes
    phrase: 受训居民达到30%以上 # as the document writes it, at most 25 characters

  # Coverage: share, the part of the communities that satisfy a condition.
  - id: notice-boards
    group: services
    title: {zh: 公示栏覆盖率, en: Communities with a notice board}
    clause: 一
    share: notice_board
    require: 全覆盖

  # 力争, 左右 and other words without a measure: shown, not scored.
  - id: reading-rooms-mean
    group: services
    title: {zh: 平均阅览室数量, en: "Reading rooms, mean"}
    clause: 二
    mean: reading_rooms
    force: informational

# Obligations without a rule, each with the reason.
unscored:
  - {clause: 二, phrase: 进一步加强, why: 没有可量的标准}

# The ruleset's own tests: at the boundary, below, above, missing.
cases:
  - name: at the boundary, below it, blank
    rows:
      - {kind: urban, reading_rooms: 2}
      - {kind: rural, reading_rooms: 0}
      - {kind: rural, reading_rooms: null}
    as_of: @DUE@
    expect: {reading-rooms: [pass, fail, unknown]}
"""

_TEXTS = MappingProxyType({"zh": _ZH, "en": _EN})
