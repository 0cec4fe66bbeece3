"""Nothing that a file says acts on a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.files.text import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("T-shirt/top", "T-shirt/top"),
        ("Ünïcödé 数字 می‌خواهم 👩‍🔬", "Ünïcödé 数字 می‌خواهم 👩‍🔬"),
        ("\x1b[2J\x1b]0;owned\x07", "\\x1b[2J\\x1b]0;owned\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\r\nb", "a\\r\\nb"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\udcff", "\\udcff"),
    ],
)
def test_what_acts_is_written_out(text, shown):
    assert printable(text) == shown


@given(st.text() | st.text(st.characters(max_codepoint=0xFF)))
def test_any_text_can_be_printed_on_one_line(text):
    shown = printable(text)
    shown.encode()
    assert len(shown.splitlines()) <= 1
    assert printable(shown) == shown
