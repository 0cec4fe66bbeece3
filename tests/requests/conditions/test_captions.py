"""``--text``: captions as they are typed, or from a file, and how each mistake is answered."""

from dataclasses import replace

import pytest

from ganctl.errors import FileError, UsageError
from ganctl.requests.conditions.captions import Caption, example_captions, parse_text
from ganctl.requests.conditions.schema import Captions

CAPTIONS = Captions("caption", ("a", "red", "hair", "glasses", "short"), 4)


def read(*texts):
    return parse_text(texts, CAPTIONS)


def test_a_caption_and_what_asks_for_it_again():
    (caption,), notes = read("  Short red\thair!")
    assert caption == Caption("other spelling", (6, 3, 4, 0))
    assert caption.text == "Short red hair!"
    assert caption.options == {"text": ["Short red hair!"]}
    assert caption.folder == "short-red-hair"
    assert notes == []


def test_each_caption_is_drawn_once():
    captions, _ = read("red hair", "short hair", "Red hair.")
    assert [caption.text for caption in captions] == ["red hair", "short hair"]


def test_unknown_words_are_named_with_the_nearest():
    _, notes = read("red hair with glases", "red zebra")
    assert notes == [
        "no training caption has with, glases, zebra: read as unknown words. Did you mean glasses?"
    ]
    assert read("red zebra")[1] == ["no training caption has zebra: read as an unknown word"]


def test_words_that_are_left_out_are_counted():
    assert read("a red a red a")[1] == ["only the first 4 words of a caption are read"]


def test_a_file_has_a_caption_a_line(tmp_path):
    path = tmp_path / "captions.txt"
    path.write_bytes("\ufeffred hair\r\n\r\n  short hair \n".encode())
    assert [caption.text for caption in read(str(path))[0]] == ["red hair", "short hair"]


def test_a_word_is_no_file_even_if_there_is_one_of_that_name():
    from pathlib import Path

    Path("red").write_text("hair")
    assert read("red")[0][0].text == "red"


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (b"", "has no caption", "one a line"),
        (b"\n \n", "has no caption", "one a line"),
        ("frisé".encode("latin-1"), "not in UTF-8", "Save it as UTF-8"),
        ("red hair".encode("utf-16"), "not in UTF-8", "Save it as UTF-8"),
        (b"red hair\nred\0hair", "line 2: 'red\\x00hair' has control", "plain text"),
        (b"red hair\n\nzebra", "line 3: 'zebra' has no word", "a red hair"),
    ],
)
def test_files_that_cannot_be_used(tmp_path, content, message, hint):
    path = tmp_path / "captions.txt"
    path.write_bytes(content)
    with pytest.raises((FileError, UsageError)) as caught:
        read(str(path))
    assert message in str(caught.value)
    assert hint in caught.value.hint


def test_a_large_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("ganctl.requests.conditions.captions.CAPTIONS_BYTES", 8)
    (tmp_path / "captions.txt").write_text("red hair\nred hair")
    with pytest.raises(FileError, match="larger than 8 bytes"):
        read(str(tmp_path / "captions.txt"))


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "--text '' has no words.", "'a red hair'"),
        ("  ...", "has no words", "such as"),
        ("zebra", "--text 'zebra' has no word that the generator knows.", "It learned"),
        ("glases", "has no word that the generator knows", "Did you mean glasses?"),
        ("red " * 300_000, "has 1,200,000 characters", "at most 10,000"),
        ("red\x1b[2J", "has control characters", "plain text"),
        ("no-such.txt", "There is no file no-such.txt.", "a caption a line"),
    ],
)
def test_texts_that_cannot_be_meant(text, message, hint):
    with pytest.raises((FileError, UsageError)) as caught:
        read(text)
    assert message in str(caught.value)
    assert hint in caught.value.hint
    assert len(str(caught.value)) < 200


def test_captions_that_read_alike_are_drawn_once_and_counted():
    asked, notes = parse_text(
        ["red hair", "RED, hair!", "purple hair", "pink hair", "hair"], CAPTIONS
    )
    assert [each.text for each in asked] == ["red hair", "purple hair", "hair"]
    assert notes[-1] == ("2 captions read as another one does, and what reads alike is drawn once")
    assert parse_text(["red hair", "short hair"], CAPTIONS)[1] == []
    every, notes = parse_text(["red hair", "hair", "Red hair"], CAPTIONS, once=False)
    assert [each.text for each in every] == ["red hair", "hair", "Red hair"]
    assert notes == []


def test_long_captions_have_folders_of_their_own():
    captions = Captions("caption", ("red", "a", "b"), 64)
    (one, other), _ = parse_text([f"{'red ' * 30}{end}" for end in "ab"], captions)
    assert one.folder != other.folder
    assert len(one.folder) <= 60


def test_examples_are_words_even_where_files_have_such_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "red.hair").write_text("secret glasses")
    learned = replace(CAPTIONS, examples=("red.hair", "gone.txt", "...", "short hair"))
    found = example_captions(learned)
    assert [caption.text for caption in found] == ["red.hair", "short hair"]
    assert found[0].numbers == (3, 4, 0, 0)


def test_examples_of_which_no_word_is_known():
    with pytest.raises(UsageError, match="are not known") as caught:
        example_captions(replace(CAPTIONS, examples=("zebra",)))
    assert "such as those it learned: a red hair glasses short" in caught.value.hint
    assert [each.text for each in example_captions(CAPTIONS)] == ["a red hair"]
