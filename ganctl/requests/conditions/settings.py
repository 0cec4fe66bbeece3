"""``--set NAME=VALUE``: what of a schema is fixed; a sample's seed says the rest. No torch."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ganctl.errors import UsageError, nearest
from ganctl.requests.conditions.labels import (
    SHOWN_CLASSES,
    Label,
    evenly,
    labels_in,
    one_hot,
)
from ganctl.requests.conditions.names import Names, distinct_folder, quoted, typed, unquoted
from ganctl.requests.conditions.schema import Quantity, Schema

OPTION = "--set"
FREE = "any"
"""What settings that fix nothing are called."""
_YES_AND_NO = {"no": 0, "false": 0, "-1": 0, "yes": 1, "true": 1}
"""What people say of an attribute that an image has or has not, and its index."""
_QUOTED_NAME = re.compile(r'\s*"(?P<name>(?:[^"]|"")*)"\s*=')


@dataclass(frozen=True)
class Setting:
    """One part of a schema that is fixed.

    ``place`` is where its name stands in ``Schema.names``. ``value`` has a weight for each value
    of an attribute; of a quantity it is the number, in the column's own unit.
    """

    name: str
    place: int
    value: Label | float

    @property
    def text(self) -> str:
        """The setting as a person reads it."""
        return f"{self.name}={self.value_text}"

    @property
    def typed(self) -> str:
        """The setting as it is written on the command line."""
        value = self.value.typed if isinstance(self.value, Label) else self.value_text
        return f"{self.typed_name}={value}"

    @property
    def typed_name(self) -> str:
        """The name as it is written on the command line."""
        return quoted(self.name) if _needs_quotes(self.name) else self.name

    @property
    def value_text(self) -> str:
        """The value, or the number, as a person reads it."""
        if isinstance(self.value, Label):
            return self.value.text
        return number_text(self.value)


@dataclass(frozen=True)
class Settings:
    """What is asked of a generator that knows attributes: the parts that are fixed, by place.

    ``notes`` are sentences that the user should read about how they were understood.
    """

    named: tuple[Setting, ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def of(cls, schema: Schema, values: Mapping[str, object]) -> Settings:
        """Return settings by name: each a value as ``--set`` has it, or a number.

        Raises:
            UsageError: as ``parse_settings``.
        """
        return _settings([(str(name), str(value)) for name, value in values.items()], schema)

    @property
    def text(self) -> str:
        """What is fixed, as a person reads it."""
        return ", ".join(setting.text for setting in self.named) or FREE

    @property
    def typed(self) -> tuple[str, ...]:
        """The value of each ``--set`` of the command line."""
        return tuple(setting.typed for setting in self.named)

    @property
    def options(self) -> dict[str, list[str]]:
        """The options of the command line, without dashes, that ask for this again."""
        return {"set": list(self.typed)} if self.named else {}

    @property
    def is_blend(self) -> bool:
        """Whether an attribute is between two of its values."""
        values = [setting.value for setting in self.named]
        return any(isinstance(value, Label) and value.is_blend for value in values)

    @property
    def folder(self) -> str:
        """A name for a folder of such images that is safe on every platform."""
        return distinct_folder(
            "_".join(f"{s.name}-{s.value_text}" for s in self.named) or FREE, FREE
        )

    def within(self, others: Settings) -> Settings:
        """Return these settings and, of parts that they leave free, those of ``others``."""
        ours = {setting.place: setting for setting in self.named}
        theirs = {setting.place: setting for setting in others.named}
        merged = {**theirs, **ours}
        return Settings(tuple(merged[place] for place in sorted(merged)))


def parse_settings(texts: Sequence[str], schema: Schema, option: str = OPTION) -> Settings:
    """Read each ``--set`` of the command line.

    Args:
        texts: what was typed, such as ``["hair=blond", "eyes=blue:0.5,green:0.5", "angle=30"]``.
            Names and values are found as those of classes: by case, in double quotes, and values
            by index, where a value's name wins.
        schema: what they are of.
        option: what messages call the option.

    Raises:
        UsageError: an unknown name or value, a name that is there twice, no ``=``, a number
            that is out of the quantity's range, or a schema that has nothing to set.
    """
    if texts and not schema.names:
        raise UsageError(
            f"{option} sets an attribute, and there is none.",
            "Write --digit / --class where there are classes, --text where there are captions.",
        )
    return _settings([_split(text, schema, option) for text in texts], schema, option)


def single(schema: Schema, place: int, value: int | float) -> Settings:
    """Return the settings of one part: the index of an attribute's value, or a number."""
    if place >= len(schema.attributes):
        return Settings((Setting(schema.names[place], place, float(value)),))
    label = one_hot(int(value), schema.attributes[place].values)
    return Settings((Setting(schema.names[place], place, label),))


def values_of(schema: Schema, place: int, numbers: int) -> tuple[list[Settings], int]:
    """Return settings of one part, for each of its values or at so many numbers of its range.

    Of more than ``SHOWN_CLASSES`` values these stand at even distances.

    Returns:
        the settings in order, and how many there would be of all values.
    """
    if place >= len(schema.attributes):
        spread = schema.quantities[place - len(schema.attributes)].spread(numbers)
        return [single(schema, place, number) for number in spread], len(spread)
    count = len(schema.attributes[place].values)
    return [single(schema, place, index) for index in evenly(range(count), SHOWN_CLASSES)], count


def find_name(text: str, schema: Schema, option: str) -> int:
    """Return the place of an attribute or quantity by its name, as it is or by case.

    Raises:
        UsageError: there is none; the hint names the nearest.
    """
    wanted = text.strip()
    if '"' in wanted and (inside := _QUOTED_NAME.fullmatch(f"{wanted}=")):
        wanted = unquoted(inside["name"])
    found = Names(schema.names, option).found(wanted)
    if found:
        return found[0]
    raise UsageError(f"There is no attribute {wanted!r}.", f"{nearest(wanted, schema.names)}.")


def place_of_rows(name: str | None, schema: Schema) -> int:
    """Return the place of the part whose values are the rows of previews; the first by default.

    Raises:
        UsageError: there is no part of that name.
    """
    return 0 if name is None else find_name(name, schema, "--preview-rows")


def no_rows(name: str) -> UsageError:
    """Return the error for rows of an attribute where networks know none."""
    return UsageError(
        f"--preview-rows {name} names an attribute, and this run has none.",
        "Leave it out: a row is a class, a caption or nothing.",
    )


def example(schema: Schema) -> str:
    """Return a setting of a schema, as one types it."""
    if schema.attributes:
        return single(schema, 0, 0).typed[0]
    quantity = schema.quantities[0]
    return single(schema, 0, float(f"{(quantity.low + quantity.high) / 2:.3g}")).typed[0]


def number_text(number: float) -> str:
    """Return a number as briefly as it is read again without loss."""
    return f"{float(number)!r}".removesuffix(".0")


def _settings(pairs: Sequence[tuple[str, str]], schema: Schema, option: str = OPTION) -> Settings:
    named: dict[int, Setting] = {}
    notes: list[str] = []
    for name, text in pairs:
        place = find_name(name, schema, option)
        if place in named:
            raise UsageError(
                f"{option} {schema.names[place]} is there twice.",
                "Give each name once; a blend is one value, "
                f"such as {option} {_blend_example(schema)}.",
            )
        if place < len(schema.attributes):
            value, said = _blend_of(text, schema, place, option)
            notes.extend(said)
            named[place] = Setting(schema.names[place], place, value)
        else:
            quantity = schema.quantities[place - len(schema.attributes)]
            named[place] = Setting(quantity.name, place, _number(text, quantity, option))
    return Settings(tuple(named[place] for place in sorted(named)), tuple(notes))


def _split(text: str, schema: Schema, option: str) -> tuple[str, str]:
    """Return the name and the value of a setting; a name may have ``=`` in it."""
    if match := _QUOTED_NAME.match(text):
        return match[0].removesuffix("="), text[match.end() :]
    names = Names(schema.names, option)
    ends = [place for place, letter in enumerate(text) if letter == "="]
    if not ends:
        raise UsageError(
            f"{option} {text!r} has no =.", f"Write NAME=VALUE, such as {option} {example(schema)}."
        )
    end = next((place for place in ends if names.found(text[:place].strip())), ends[0])
    return text[:end], text[end + 1 :]


def _blend_of(text: str, schema: Schema, place: int, option: str) -> tuple[Label, list[str]]:
    attribute = schema.attributes[place]
    names = Names(attribute.values, f"{option} {attribute.name}", attribute.name)
    named = names.found(text.strip())
    if len(named) == 1:  # Even where it is called all.
        return one_hot(named[0], attribute.values), []
    if not named and attribute.values == (f"not {attribute.name}", attribute.name):
        text = str(_YES_AND_NO.get(text.strip().casefold(), text))
    if not text.strip():
        raise UsageError(
            f"{option} {attribute.name}= has no value.",
            f"{nearest('', [typed(value) for value in attribute.values])}.",
        )
    # In quotes a comma and what follows it belong to a value.
    others = [part.partition("=")[0] for part in text.split(",")[1:] if "=" in part]
    if '"' not in text and any(Names(schema.names, option).found(o.strip()) for o in others):
        each = " ".join(
            f"{option} {part.strip()}" for part in f"{attribute.name}={text}".split(",")
        )
        raise UsageError(f"{option} sets one attribute, and {text!r} more.", f"Write {each}.")
    labels, notes = labels_in(text, names)
    if len(labels) > 1:
        raise UsageError(
            f"{option} {attribute.name} takes one value, and {text!r} is several.",
            f"Write each as {attribute.name}=VALUE; a blend has weights: {names.blend_form}."
            if option != OPTION
            else f"A blend has weights: {names.blend_form}; montage --rows {attribute.name} "
            "shows each value.",
        )
    return labels[0], notes


def _number(text: str, quantity: Quantity, option: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not quantity.low <= number <= quantity.high:
        is_number = math.isfinite(number)
        raise UsageError(
            f"{option} {quantity.name}={text} is {'out of range' if is_number else 'no number'}.",
            f"{quantity.name} takes a number from {number_text(quantity.low)} to "
            f"{number_text(quantity.high)}.",
        )
    return number


def _blend_example(schema: Schema) -> str:
    if not schema.attributes:
        return example(schema)
    first, second = map(typed, schema.attributes[0].values[:2])
    return f"{schema.attributes[0].name}={first}:0.5,{second}:0.5"


def _needs_quotes(name: str) -> bool:
    return name != name.strip() or bool(re.search('[="]', name)) or name.startswith("-")
