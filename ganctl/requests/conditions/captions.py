"""``--text WORDS``: captions to draw, or a file with one a line. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from ganctl.errors import FileError, UsageError
from ganctl.files.atomic import read_file
from ganctl.files.limits import CAPTION_LENGTH, CAPTIONS_BYTES
from ganctl.files.paths import user_path
from ganctl.files.text import listed, printable
from ganctl.requests.conditions.names import distinct_folder
from ganctl.requests.conditions.schema import UNKNOWN_WORD, Captions
from ganctl.requests.conditions.words import numbers, words_of

OPTION = "--text"
_SHOWN = 60
"""Characters of a caption that a message shows."""
_NAMED_WORDS = 5


@dataclass(frozen=True)
class Caption:
    """What is asked of a generator that knows words.

    ``numbers`` are those of its words, as many as the generator reads; two texts of the same
    numbers are the same picture.
    """

    text: str = field(compare=False)
    numbers: tuple[int, ...]

    @property
    def options(self) -> dict[str, list[str]]:
        """The options of the command line, without dashes, that ask for this again."""
        # A word that begins with a dash would be an option.
        return {"text": [f" {self.text}" if self.text.startswith("-") else self.text]}

    @property
    def folder(self) -> str:
        """A name for a folder of such images that is safe on every platform."""
        return distinct_folder(" ".join(words_of(self.text)), "words")

    @property
    def is_blend(self) -> bool:
        """Whether it is between several captions: never."""
        return False


def examples_of(captions: Captions) -> tuple[str, ...]:
    """Return captions that a generator learned from, or some of its words."""
    return captions.examples or (" ".join(captions.vocabulary[:3]),)


def example_captions(captions: Captions) -> list[Caption]:
    """Return what is drawn where nobody asks for words: examples that have a known word.

    They are words whatever they look like: a stranger's checkpoint names no file to be read.

    Raises:
        UsageError: none has a known word.
    """
    found: dict[Caption, None] = {}
    for text in examples_of(captions):
        with suppress(UsageError):
            found[_caption(text, captions, "The example")[0]] = None
    if not found:
        words = " ".join(captions.vocabulary[:_NAMED_WORDS])
        raise UsageError(
            "The captions that this generator learned from are not known.",
            f"Give words, such as those it learned: {words}.",
        )
    return list(found)


def parse_text(
    texts: Sequence[str],
    captions: Captions,
    option: str = OPTION,
    *,
    files: bool = True,
    once: bool = True,
) -> tuple[list[Caption], list[str]]:
    """Read each ``--text`` of the command line.

    Args:
        texts: captions, or paths of text files in UTF-8 that have one a line.
        captions: what the generator learned from.
        option: what messages call the option.
        files: whether a text may be a path; in a program it may be anybody's.
        once: whether captions that read alike are one.

    Returns:
        the captions, and notes on words that the generator does not know.

    Raises:
        UsageError: a text is empty or very long, or the generator knows none of its words.
        FileError: a file cannot be read.
    """
    found: list[Caption] = []
    unknown: dict[str, None] = {}
    seen: set[Caption] = set()
    cut = alike = 0
    for given in texts:
        for where, text in _lines(given, option) if files else [(option, given)]:
            caption, new = _caption(text, captions, where)
            if once and caption in seen:
                alike += 1
            else:
                found.append(caption)
            seen.add(caption)
            unknown.update(dict.fromkeys(new))
            cut += len(words_of(text)) > captions.length
    return found, _notes(list(unknown), cut, alike, captions)


def _lines(given: str, option: str) -> list[tuple[str, str]]:
    """Return each caption that a text means, after what messages call it."""
    path = _file(given, option)
    if path is None:
        return [(option, given)]
    content = read_file(path, CAPTIONS_BYTES)
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise FileError(f"{path} is not in UTF-8.", "Save it as UTF-8 text.") from error
    numbered = [(f"{path}, line {number}:", line) for number, line in enumerate(lines, 1)]
    kept = [(where, line) for where, line in numbered if line.strip()]
    if not kept:
        raise FileError(f"{path} has no caption.", f"{option} takes a file with one a line.")
    return kept


def _file(text: str, option: str) -> Path | None:
    """Return the file that a text names: one that is there, with an ending or in a folder.

    A single word is never a file, so that no file in this folder changes what it means.
    """
    if len(text) > CAPTION_LENGTH or "\0" in text or not text.strip():
        return None
    path = user_path(text.strip())
    try:
        is_file = path.is_file()
    except (OSError, ValueError):  # A name too long, or a folder that may not be read.
        is_file = False
    if is_file and (path.suffix or path.name != text.strip()):
        return path
    if path.suffix.lower() == ".txt" and len(text.split()) == 1:
        raise FileError(
            f"There is no file {printable(text)}.",
            f"{option} takes words, or the path of a text file with a caption a line.",
        )
    return None


def _caption(text: str, captions: Captions, where: str) -> tuple[Caption, tuple[str, ...]]:
    shown = repr(text[:_SHOWN] + ("…" if len(text) > _SHOWN else ""))
    example = examples_of(captions)[0]
    if len(text) > CAPTION_LENGTH:
        raise UsageError(
            f"{where} {shown} has {len(text):,} characters.",
            f"A caption has at most {CAPTION_LENGTH:,}, and its first {captions.length} words "
            "are read.",
        )
    plain = " ".join(text.split())
    if printable(plain) != plain:
        raise UsageError(f"{where} {shown} has control characters.", "Give words in plain text.")
    if not words_of(plain):
        raise UsageError(
            f"{where} {shown} has no words.", f"Give some, such as those it learned: '{example}'."
        )
    read, unknown = numbers(plain, captions)
    if all(number <= UNKNOWN_WORD for number in read):
        raise UsageError(
            f"{where} {shown} has no word that the generator knows.",
            f"{_alike(unknown, captions)}It learned such as '{example}'.",
        )
    return Caption(plain, read), unknown


def _notes(unknown: Sequence[str], cut: int, alike: int, captions: Captions) -> list[str]:
    notes = []
    if unknown:
        what = "an unknown word" if len(unknown) == 1 else "unknown words"
        meant = _alike(unknown, captions).strip()
        said = f"no training caption has {listed(unknown, _NAMED_WORDS)}: read as {what}"
        notes.append(f"{said}. {meant}" if meant else said)
    if cut:
        which = "a caption" if cut == 1 else f"{cut:,} captions"
        notes.append(f"only the first {captions.length} words of {which} are read")
    if alike:
        which = "a caption reads" if alike == 1 else f"{alike:,} captions read"
        notes.append(f"{which} as another one does, and what reads alike is drawn once")
    return notes


def _alike(words: Sequence[str], captions: Captions) -> str:
    alike = dict.fromkeys(
        near
        for word in words[:_NAMED_WORDS]
        for near in get_close_matches(word, captions.vocabulary, n=1, cutoff=0.7)
    )
    return f"Did you mean {', '.join(alike)}? " if alike else ""
