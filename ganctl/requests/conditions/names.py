"""How an option's text finds names: by case or index, in quotes, several at once, with weights.

A name in double quotes is meant literally, and a quotation mark in it is written twice.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from shlex import quote

from ganctl.errors import UsageError, nearest
from ganctl.files.limits import FOLDER_NAME_LENGTH
from ganctl.requests.checks import DEVICE_NAME

_UNSAFE = re.compile(r"[^\w.+-]+")
_MISREAD = re.compile(r'[,:"]|^-')
_QUOTED = re.compile(
    r'(?P<whole>\s*"(?P<name>(?:[^"]|"")*)"\s*(?::(?P<weight>[^,]*))?)(?P<comma>,|$)', re.DOTALL
)


def typed(name: str) -> str:
    """Return how a class of that name is typed: in double quotes where it could be misread."""
    is_plain = name == name.strip() and not is_all(name) and not _MISREAD.search(name)
    return name if is_plain else quoted(name)


def quoted(name: str) -> str:
    """Return a name in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def unquoted(inner: str) -> str:
    """Return the name that ``quoted`` wrote, given what stands between the double quotes."""
    return inner.replace('""', '"')


@dataclass(frozen=True)
class Piece:
    """What stands between two commas of a LABEL: ``whole``, or a name and perhaps a weight."""

    whole: str
    name: str
    weight: str | None
    quoted: bool


class Names:
    """The names of the classes, or of an attribute's values, and how an option finds one of them.

    Args:
        classes: the names in order of their index.
        option: what messages call the option.
        attribute: the name of the attribute whose values they are.
    """

    def __init__(self, classes: Sequence[str], option: str, attribute: str | None = None) -> None:
        self.classes = classes
        self._option = option
        self._attribute = attribute
        # A run from before names were composed may have both forms of one name.
        self._exact = {composed(name): index for index, name in enumerate(classes)}
        self._exact |= {name: index for index, name in enumerate(classes)}
        self._folded: dict[str, list[int]] = {}
        for index, name in enumerate(classes):
            self._folded.setdefault(composed(name).casefold(), []).append(index)

    @property
    def blend_form(self) -> str:
        """How a blend is written."""
        if self._attribute is None:
            return "CLASS:WEIGHT, such as 3:0.7,8:0.3"
        first, second = map(typed, self.classes[:2])
        return f"VALUE:WEIGHT, such as {self._attribute}={first}:0.7,{second}:0.3"

    def pieces(self, text: str) -> list[Piece]:
        """Return the parts of a LABEL; a text that is a name in full is one part."""
        if not is_all(text) and not text.lstrip().startswith('"') and self.found(text):
            return [Piece(text, text, None, quoted=False)]
        pieces, rest = [], text
        while True:
            piece, comma, rest = self._first_piece(rest, text)
            pieces.append(piece)
            if not comma:
                return pieces

    def of(self, piece: Piece) -> list[int]:
        """Return the classes that a part without a weight names: one, or all."""
        if is_all(piece.name) and not piece.quoted:
            return [*range(len(self.classes))]
        return [self.index(piece)]

    def index(self, piece: Piece) -> int:
        """Return the class that a part names; names win over indices.

        Raises:
            UsageError: there is none, or several differ from it in case alone.
        """
        found = self.found(piece.name) or ([] if piece.quoted else self.found(piece.name.strip()))
        if len(found) > 1:
            both = " and ".join(self.classes[index] for index in found)
            raise UsageError(
                f"{piece.name!r} could be {both}.", f"Give {self._option} the name as it is there."
            )
        if found:
            return found[0]
        wanted = piece.name if piece.quoted else piece.name.strip()
        valid = f"0 to {len(self.classes) - 1}"
        if not piece.quoted and re.fullmatch(r"-?\d{1,9}", wanted, re.ASCII):
            if 0 <= int(wanted) < len(self.classes):
                return int(wanted)
            raise self._out_of_range(wanted, valid)
        raise self._unknown(wanted, valid)

    def _out_of_range(self, wanted: str, valid: str) -> UsageError:
        if self._attribute is None:
            hint = f"{self._option} takes {valid}, a name, or all."
            return UsageError(f"Class {wanted} is out of range.", hint)
        return UsageError(
            f"{self._attribute} has no value {wanted}.",
            f"{self._option} takes {valid}, or a name. {self._advice(wanted)}",
        )

    def _unknown(self, wanted: str, valid: str) -> UsageError:
        if self._attribute is None:
            hint = f"{self._option} takes {valid}, or all. {self._advice(wanted)}"
            return UsageError(f"There is no class {wanted!r}.", hint)
        return UsageError(f"{self._attribute} has no value {wanted!r}.", self._advice(wanted))

    def found(self, name: str) -> list[int]:
        """Return the class of that name; else those whose name differs in case alone."""
        for form in (name, composed(name)):
            if form in self._exact:
                return [self._exact[form]]
        return self._folded.get(composed(name).casefold(), [])

    def _first_piece(self, rest: str, text: str) -> tuple[Piece, str, str]:
        if not rest.lstrip().startswith('"'):
            whole, comma, rest = rest.partition(",")
            name, colon, weight = whole.rpartition(":")
            if colon and not self.found(whole.strip()):
                return Piece(whole, name, weight, quoted=False), comma, rest
            return Piece(whole, whole, None, quoted=False), comma, rest
        match = _QUOTED.match(rest)
        if match is None:
            raise UsageError(
                f"{text!r} has a quotation mark without its other one.",
                f"Write a {'class name' if self._attribute is None else 'value'} in double quotes, "
                "and a quotation mark in it twice; nothing but :WEIGHT or a comma may follow.",
            )
        name = unquoted(match["name"])
        piece = Piece(match["whole"], name, match["weight"], quoted=True)
        return piece, match["comma"], rest[match.end() :]

    def _advice(self, wanted: str) -> str:
        """Return the nearest names as they are typed, and how those with commas are."""
        advice = f"{nearest(wanted, list(map(typed, self.classes)))}."
        folded = composed(wanted).casefold()
        misread = [
            name
            for name in self.classes
            if folded in (part.strip().casefold() for part in re.split("[,:]", name))
        ]
        if not misread:
            return advice
        if self._attribute is not None:
            return (
                f"{advice} For {misread[0]!r} write {quote(f'{self._option}={typed(misread[0])}')}."
            )
        flag = self._option.rpartition(" / ")[2]
        return f"{advice} For the class {misread[0]!r} write {flag} {quote(typed(misread[0]))}."


def is_all(text: str) -> bool:
    """Return whether a LABEL means every class."""
    return text.strip().casefold() == "all"


def composed(name: str) -> str:
    """Return a name in the form that class names have: a Mac's é is é."""
    return unicodedata.normalize("NFC", name)


def part_of_file_name(words: Iterable[str]) -> str:
    """Return what a default file name says of options, such as ``hair-blond``; empty for none."""
    return distinct_folder("-".join(words).replace("=", "-"), "")


def changed_options(given: Mapping[str, tuple[object, object]]) -> list[str]:
    """Return the options that are not as they are by default, such as ``cols-5``.

    Args:
        given: each option's value and its default, by its name.
    """
    return [
        f"{name}-{value:g}" if isinstance(value, float) else f"{name}-{value}"
        for name, (value, default) in given.items()
        if value != default
    ]


def distinct_folder(text: str, instead: str) -> str:
    """Return a safe name for a folder, with a hash of ``text`` where something is left out."""
    plain = text.replace(":", "x").replace(",", "-").replace(" ", "-")
    if (name := folder_name(plain, instead)) == plain:
        return name
    ending = hashlib.blake2b(text.encode(), digest_size=4).hexdigest()
    return f"{folder_name(plain[: FOLDER_NAME_LENGTH - 1 - len(ending)], instead)}-{ending}"


def folder_name(text: str, instead: str) -> str:
    """Return a name for a folder that is safe on every platform; ``instead`` if none is left.

    Compatible forms of a character become one, as a Mac takes them for the same name.
    """
    text = unicodedata.normalize("NFKC", text).replace(":", "x")
    name = _UNSAFE.sub("-", text)[:FOLDER_NAME_LENGTH].strip("-.") or instead
    return f"class-{name}" if DEVICE_NAME.fullmatch(name) else name
