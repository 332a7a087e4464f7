"""Plots as SVG: numbers and texts in, one element out. Colours and fonts are the style sheet's."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

WIDTH = 420  # of a drawing, in its own units; the page makes it as wide as it has room
_LABEL, _ROW, _TEXT = 92, 26, 12
_PLOT_HEIGHT, _FOOT, _LEFT, _RIGHT = 170, 34, 64, 20


def figure(id_: str, title: str, description: str, size: tuple[float, float], body: Markup) -> Markup:
    """Wrap a drawing so that it is read out by its title and description."""
    width, height = size
    return Markup(
        '<svg class="figure" id="{id}" role="img" aria-labelledby="{id}-t {id}-d" viewBox="0 0 {width} {height}">'
        '<title id="{id}-t">{title}</title><desc id="{id}-d">{description}</desc>{body}</svg>'
    ).format(id=id_, width=_n(width), height=_n(height), title=title, description=description, body=body)


def bars(id_: str, title: str, description: str, items: Sequence[tuple[str, int, str]]) -> Markup:
    """Draw counts as bars one below the other.

    Args:
        id_: Unique in the page.
        title: What is counted.
        description: The same in words, with the numbers.
        items: Labels, counts, and the texts behind the bars.
    """
    most = max([count for _, count, _ in items] or [0]) or 1
    room = WIDTH - _LABEL - 130
    body = Markup("").join(
        _bar(label, text, room * count / most, _ROW * i) for i, (label, count, text) in enumerate(items)
    )
    return figure(id_, title, description, (WIDTH, _ROW * len(items) + 4), body)


def _bar(label: str, text: str, width: float, top: float) -> Markup:
    return Markup(
        '<text class="end" x="{x}" y="{y}">{label}</text>'
        '<rect class="bar" x="{left}" y="{top}" width="{width}" height="18" rx="2"/>'
        '<text x="{after}" y="{y}">{text}</text>'
    ).format(
        x=_LABEL - 8,
        y=_n(top + 17),
        label=_short(label),
        left=_LABEL,
        top=_n(top + 4),
        width=_n(max(width, 1)),
        after=_n(_LABEL + max(width, 1) + 6),
        text=text,
    )


def histogram(
    id_: str, title: str, description: str, counts: Sequence[int], marks: Sequence[tuple[float, str]] = ()
) -> Markup:
    """Draw how many fall into each of equal steps from 0 to 100.

    Args:
        id_: Unique in the page.
        title: What is counted.
        description: The same in words.
        counts: By step.
        marks: Places from 0 to 100 to mark, with their names: thresholds of grades.
    """
    most = max(counts, default=0) or 1
    room = WIDTH - _LEFT - _RIGHT
    step = room / max(len(counts), 1)
    base = _PLOT_HEIGHT + 22
    pieces = [
        Markup('<rect class="bar" x="{}" y="{}" width="{}" height="{}"/>').format(
            _n(_LEFT + i * step + 0.5), _n(base - h), _n(step - 1), _n(h)
        )
        for i, count in enumerate(counts)
        if (h := max(_PLOT_HEIGHT * count / most, 1.5 if count else 0))
    ]
    pieces += [_mark(_LEFT + room * at / 100, base, name, row) for row, (at, name) in enumerate(marks)]
    pieces.append(Markup('<path class="axis" d="M{} {}H{}"/>').format(_LEFT, base, WIDTH - _RIGHT))
    pieces += [
        Markup('<text class="middle" x="{}" y="{}">{}</text>').format(_n(_LEFT + room * tick / 100), base + 16, tick)
        for tick in (0, 20, 40, 60, 80, 100)
    ]
    pieces.append(Markup('<text class="end" x="{}" y="{}">{}</text>').format(_LEFT - 6, 26, f"{most:,}"))
    pieces.append(Markup('<text class="end" x="{}" y="{}">0</text>').format(_LEFT - 6, base))
    return figure(id_, title, description, (WIDTH, _PLOT_HEIGHT + 22 + _FOOT), Markup("").join(pieces))


def _mark(x: float, base: float, name: str, row: int) -> Markup:
    """Draw a threshold; names of neighbours stand at different heights."""
    anchor, at = ("end", x - 4) if x > WIDTH / 2 else ("", x + 4)
    return Markup('<path class="mark" d="M{} 6V{}"/><text class="small {}" x="{}" y="{}">{}</text>').format(
        _n(x), _n(base), anchor, _n(at), 14 + 14 * (row % 3), _short(name)
    )


def scale(
    id_: str, title: str, description: str, span: tuple[float, float, float], marks: Sequence[tuple[float, str]] = ()
) -> Markup:
    """Draw a score with its interval on a scale.

    Args:
        id_: Unique in the page.
        title: Whose score.
        description: The same in words.
        span: Least, actual and greatest score, each from 0 to 100.
        marks: Thresholds of grades from 0 to 100, with their names.
    """
    low, score, high = (10 + (WIDTH - 20) * min(max(value, 0), 100) / 100 for value in span)
    body = Markup(
        '<rect class="track" x="10" y="22" width="{width}" height="12" rx="6"/>'
        '<rect class="bar" x="10" y="22" width="{reach}" height="12" rx="6"/>'
        '<rect class="span" x="{low}" y="22" width="{wide}" height="12"/>'
        '<path class="needle" d="M{score} 16V40"/>'
    ).format(
        width=WIDTH - 20, reach=_n(max(score - 10, 0.5)), low=_n(low), wide=_n(max(high - low, 0)), score=_n(score)
    )
    for at, name in marks:
        x = 10 + (WIDTH - 20) * at / 100
        anchor = "end" if at > 95 else "" if at < 5 else "middle"  # noqa: PLR2004 - keeps the name inside
        body += Markup('<path class="mark" d="M{} 20V36"/><text class="small {}" x="{}" y="52">{}</text>').format(
            _n(x), anchor, _n(x), _short(name)
        )
    return figure(id_, title, description, (WIDTH, 58), body)


def rate_bar(low: float, high: float) -> Markup:
    """Draw a rate as a bar, what is open lighter; the number stands beside it, so it is not read out."""
    return Markup(
        '<svg class="rate" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="10"/><rect class="span" width="{}" height="10"/>'
        '<rect class="bar" width="{}" height="10"/></svg>'
    ).format(_n(100 * high), _n(100 * low))


def _short(text: str) -> str:
    """Cut a label to what fits."""
    return text if len(text) <= _TEXT else text[: _TEXT - 1] + "…"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
