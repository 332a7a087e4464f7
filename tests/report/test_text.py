"""Tables are aligned where characters are wide, and text from data is safe to print."""

from __future__ import annotations

from wcwidth import wcswidth

from commscore._report._text import clean, clipped, table, width


def test_columns_of_wide_characters_are_aligned() -> None:
    text = table(["名称", "数"], [["大连市", "1"], ["ab", "200"], ["全角ＡＢ", "30"]], "lr")

    assert len({wcswidth(line) for line in text.splitlines()}) == 1


def test_control_characters_show_as_their_codes() -> None:
    assert clean("\x1b[31mred\n\u202eevil\u2028") == "\\x1b[31mred\\x0a\\u202eevil\\u2028"


def test_long_text_is_cut_with_an_ellipsis() -> None:
    assert clipped("大连市中山区", 8) == "大连市…"
    assert clipped("大连", 4) == "大连"
    assert width(clipped("x" * 1000)) <= 44


def test_row_breaks_in_cells_do_not_break_the_table() -> None:
    assert len(table(["a"], [["x\ny"]], "l").splitlines()) == 3


def test_columns_without_content_are_left_out() -> None:
    assert table(["a", "b", "c"], [["1", "", "3"], ["4", "", ""]], "lll").splitlines()[0] == "a    c"
