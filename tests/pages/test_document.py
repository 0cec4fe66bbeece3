import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.pages.document import Section, data_uri, document
from tests.pages.reading import check

HOSTILE = "</script><img src=x onerror=alert(1)> <!-- &amp; \u2028 '\""
PLAIN = Section(id="one", title="One", html="<p>Words.</p>")
ACTIVE = Section(id="two", title="Two", html="<h3>More</h3>", script="root.hidden = data;", data=1)


def test_a_page_has_its_title_its_sections_and_a_way_past_the_head():
    page = check(document("A run", [PLAIN, ACTIVE], description="What it is."))
    assert page.all("title")[0].text == page.all("h1")[0].text == "A run"
    assert [each.text for each in page.all("h2")] == ["One", "Two"]
    assert page.all("a")[0].attributes["href"] == "#content"
    assert page.all("nav") == []
    assert page.data("two") == 1


def test_many_sections_are_listed():
    sections = [Section(id=f"part-{k}", title=f"Part {k}", html="") for k in range(3)]
    page = check(document("A run", sections, description=""))
    (listed,) = page.all("nav")
    links = [each for each in page.all("a") if listed in each.around]
    assert [link.attributes["href"] for link in links] == ["#part-0", "#part-1", "#part-2"]


def test_a_script_is_called_with_its_section_and_its_data():
    page = check(document("A run", [ACTIVE], description=""))
    *_, script = page.all("script")
    assert "root.hidden = data;" in script.text
    assert 'document.getElementById("two")' in script.text


@given(st.text())
def test_any_text_stays_text(text):
    text = "".join(letter for letter in text if not "\ud800" <= letter <= "\udfff")
    section = Section(id="a", title=text, html="", script="", data=None)
    data = Section(id="b", title="Data", html="", script="void data;", data={text: [text]})
    page = check(document(text, [section, data], description=text))
    assert page.data("b") == {text: [text]}
    assert len(page.all("h2")) == 2


def test_what_a_stranger_wrote_is_no_markup():
    section = Section(id="a", title=HOSTILE, html="", script="void data;", data=[HOSTILE])
    page = check(document(HOSTILE, [section], description=HOSTILE))
    assert page.all("h1")[0].text == page.all("h2")[0].text == HOSTILE
    assert page.data("a") == [HOSTILE]
    assert page.all("img") == []


@pytest.mark.parametrize("script", ["a = '</script>';", "a = '</SCRIPT x';", "a = '<!--';"])
def test_a_script_that_html_would_cut_off_is_refused(script):
    with pytest.raises(ValueError, match="cut off"):
        document("A run", [Section(id="a", title="A", html="", script=script)], description="")


def test_rules_that_html_would_cut_off_are_refused():
    css = "</style><script>"
    with pytest.raises(ValueError, match="cut off"):
        document("A run", [Section(id="a", title="A", html="", css=css)], description="")


def test_data_that_json_cannot_say_are_refused():
    section = Section(id="a", title="A", html="", script=";", data=float("nan"))
    with pytest.raises(ValueError, match="JSON"):
        document("A run", [section], description="")


def test_the_same_page_has_the_same_bytes():
    made = [document("A run", [PLAIN, ACTIVE], description="What.") for _ in range(2)]
    assert made[0] == made[1]


def test_a_file_lies_in_its_address():
    assert data_uri(b"\x00\xff") == "data:image/png;base64,AP8="
    assert json.dumps(data_uri(b"", "image/webp")) == '"data:image/webp;base64,"'
