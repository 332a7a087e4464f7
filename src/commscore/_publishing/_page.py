"""What a page is made of, apart from how it looks: tables with cells, and what all sections look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from commscore._publishing._page_words import TEXTS
from commscore._report._concluding import meanings
from commscore._report._text import clean, clipped
from commscore._report._words import LANGS, Words, counted
from commscore._ruleset import Ruleset

if TYPE_CHECKING:
    from commscore._engine._plan import Plan, RulePlan
    from commscore._publishing._digest import Digest
    from commscore._publishing._published import Published

# A key longer than this many columns is cut.
KEY_WIDTH, TITLE_WIDTH = 60, 160


@attrs.frozen
class Cell:
    """A cell of a table.

    Attributes:
        text: What it says.
        value: What it is sorted by, where that is a number.
        look: A class of the style sheet.
        picture: A drawing behind the text.
    """

    text: str
    value: float | None = None
    look: str | None = None
    picture: str | None = None


@attrs.frozen
class Table:
    """A table with a caption; the first cell of each row is its header.

    Attributes:
        id: Unique in the page.
        caption: What it shows.
        columns: Titles, by whether their cells are numbers.
        rows: As many cells as there are columns; plain texts are cells, too.
        note: What it leaves out.
        look: A class of the style sheet.
    """

    id: str
    caption: str
    columns: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[Cell]]
    note: str | None = None
    look: str = ""


Row = Sequence[Cell | str]


def table(id_: str, caption: str, columns: Sequence[str], rows: Sequence[Row], **more: Any) -> Table:
    """Make a table whose columns are numbers where some cell has one; columns without any content are left out."""
    whole = [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in rows]
    kept = [i for i in range(len(columns)) if not whole or any(row[i].text or row[i].picture for row in whole)]
    titles = [(capital(columns[i]), any(row[i].value is not None for row in whole)) for i in kept]
    return Table(id_, caption, titles, [[row[i] for i in kept] for row in whole], **more)


def capital(text: str) -> str:
    """Write the first letter large."""
    return text[:1].upper() + text[1:]


def is_chinese(text: str) -> bool:
    """Say whether a text is to be read as Chinese: most of its letters are."""
    letters = [char for char in text if char.isalpha()]
    return 2 * sum("\u3400" <= char <= "\u9fff" or char >= "\U00020000" for char in letters) > len(letters)


@attrs.frozen
class Say:
    """The vocabulary of a page in one language: its own texts, and those of all reports.

    Attributes:
        w: The words of reports.
    """

    w: Words

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a text, its blanks filled in."""
        if key not in TEXTS:
            return self.w(key, **values)
        text = TEXTS[key][LANGS.index(self.w.lang)]
        return text.format(**values) if values else text


@attrs.frozen(eq=False)
class Page:
    """A run, with what its sections look at.

    Attributes:
        published: The run.
        plan: What was computed.
        digest: What was counted of units and their findings.
        areas: The rows of `Result.areas`.
        rules: The rows of `Result.rules`.
        findings: The findings of areas, as an Arrow table.
        say: The language.
    """

    published: Published
    plan: Plan
    digest: Digest
    areas: Sequence[Mapping[str, Any]]
    rules: Sequence[Mapping[str, Any]]
    findings: Any
    say: Say

    @property
    def ruleset(self) -> Ruleset:
        """Return the ruleset."""
        return self.plan.ruleset

    @property
    def w(self) -> Words:
        """Return the words of reports."""
        return self.say.w

    @property
    def document(self) -> str | None:
        """Return the policy document."""
        return self.ruleset.source.document or self.published.document

    def rule(self, id_: str) -> RulePlan:
        """Return a rule's plan."""
        return next(plan for plan in self.plan.rules if plan.rule.id == id_)

    def title(self, plan: RulePlan, scope: str | None = None) -> str:
        """Return a rule's title, with a scope."""
        return clipped(self.w.title(plan.rule.title), TITLE_WIDTH) + self.w.bracketed(self.w.scope(scope or "all"))

    def place(self, level: str, key: str | None) -> str:
        """Return the name of an area; that of the jurisdiction with its title."""
        if key is None:
            return self.w("unknown_area")
        home = self.ruleset.jurisdiction
        named = level == home.level and key == home.code
        return f"{clipped(key, KEY_WIDTH)} {clean(self.w.title(home.title))}" if named else clipped(key, KEY_WIDTH)

    def following(self, names: Sequence[str] | None) -> list[str]:
        """Return conclusions or actions in the reader's language."""
        meant = meanings(self.ruleset, self.w) if names else {}
        return [clean(meant.get(name, name)) for name in names or ()]

    def cut(self, shown: int, whole: int, name: str | None) -> str | None:
        """Say that a table shows only so many rows, and which file has all."""
        if shown >= whole:
            return None
        text = self.say("cut", shown=counted(shown), whole=counted(whole))
        return text + self.say("cut_file", file=f"{name}.parquet") if name and self.published.source else text
