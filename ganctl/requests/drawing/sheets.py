"""What stands where on a sheet: what each row and column asks for, and what they are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ganctl.errors import UsageError
from ganctl.requests.conditions.asked import Single
from ganctl.requests.conditions.labels import SHOWN_CLASSES, UNLABELLED, UNLABELLED_ROWS, evenly
from ganctl.requests.conditions.names import part_of_file_name
from ganctl.requests.conditions.schema import Schema
from ganctl.requests.conditions.settings import Settings, find_name, parse_settings, values_of
from ganctl.requests.drawing.sample import Conditioning, asked_of, choose_seeds, how_to_ask

SEED = "seed"
COLS = 10
"""Images in a row, if nobody says how many."""


@dataclass(frozen=True)
class SheetPlan:
    """A sheet: what each cell asks for and with which seed, row after row, ``columns`` in a row.

    ``asked`` are what was asked for, each once. ``row_names`` and ``column_names`` are empty where
    rows or columns stand for nothing. ``heading`` says what the columns differ in. ``notes`` are
    sentences that the user should read.
    """

    asked: tuple[Single, ...]
    cells: tuple[tuple[Single, int], ...]
    columns: int
    row_names: tuple[str, ...] = ()
    column_names: tuple[str, ...] = ()
    heading: str = ""
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.cells) // self.columns


@dataclass(frozen=True, kw_only=True)
class SheetRequest:
    """What was asked for, before it is known of which generator.

    ``labels``, ``settings`` and ``texts`` are as they were typed; ``files`` says whether a text may
    be the path of a file of captions. ``rows`` and ``columns`` name an attribute or a quantity
    each; ``cols`` is how many seeds there are, or numbers of a quantity across.
    """

    labels: Sequence[str] = ()
    settings: Sequence[str] = ()
    texts: Sequence[str] = ()
    files: bool = True
    rows: str | None = None
    columns: str | None = None
    cols: int = COLS
    seed: int = 0

    def plan(self, of: Conditioning) -> SheetPlan:
        """Return what stands where.

        Raises:
            UsageError: an unknown class, name, value or word; one name twice; or something that
                the generator does not know.
        """
        asked, notes = asked_of(of, self.labels, self.settings, self.texts, files=self.files)
        if of.schema.steered_by_attributes:
            return self._laid_out(of.schema)
        for option, name in {"--rows": self.rows, "--columns": self.columns}.items():
            if name is not None:
                how = how_to_ask(of)
                raise UsageError(
                    f"{option} {name} names an attribute, and this generator learned none.",
                    f"Its rows are what you ask for: {how}." if how else "Leave it out.",
                )
        if not self.labels and len(of.classes) > SHOWN_CLASSES:
            notes = (
                *notes,
                f"the sheet shows {SHOWN_CLASSES} of the {len(asked):,} classes; --class names "
                "others, or all",
            )
            asked = evenly(asked, SHOWN_CLASSES)
        if asked == (UNLABELLED,):
            return self._free(asked, UNLABELLED_ROWS, notes)
        seeds = self._seeds(self.cols)
        cells = tuple((each, seed) for each in asked for seed in seeds)
        names = tuple(each.text for each in asked)
        return SheetPlan(asked, cells, self.cols, names, _texts(seeds), SEED, notes)

    def file_part(self, plan: SheetPlan, more: Sequence[str] = ()) -> str:
        """Return what a file's name says of a sheet; empty for its default.

        Args:
            plan: what the request became.
            more: other options that change the sheet.
        """
        words = [name for name in (self.rows, self.columns) if name is not None]
        if self.columns is not None and self.rows is None:
            words.insert(0, "across")
        if self.texts:
            words += [each.folder for each in plan.asked]
        return part_of_file_name([*words, *self.labels, *self.settings, *more])

    def _laid_out(self, schema: Schema) -> SheetPlan:
        """Return a sheet of attributes laid out against each other, or against seeds."""
        fixed = parse_settings(self.settings, schema)
        down = None if self.rows is None else find_name(self.rows, schema, "--rows")
        across = None if self.columns is None else find_name(self.columns, schema, "--columns")
        if down is not None and down == across:
            raise UsageError(
                f"--rows and --columns both name {schema.names[down]}.",
                "Name each attribute once.",
            )
        taken = {setting.place for setting in fixed.named}
        for option, place in {"--rows": down, "--columns": across}.items():
            if place in taken:
                name = schema.names[place or 0]
                raise UsageError(
                    f"{option} {name} lays {name} out, and --set fixes it.",
                    "Name each attribute once.",
                )
        if down is None and across is None:
            free = [place for place in range(len(schema.attributes)) if place not in taken]
            if not free:
                return self._free((fixed,), UNLABELLED_ROWS, fixed.notes)
            down = free[0]
        row_values, row_note = self._values(schema, down, UNLABELLED_ROWS)
        column_values, column_note = self._values(schema, across, self.cols)
        notes = (*fixed.notes, *row_note, *column_note)
        rows = [value.within(fixed) for value in row_values] or [fixed]
        columns = [value.within(fixed) for value in column_values]
        heading = "" if across is None else schema.names[across]
        if down is not None and columns:
            pairs = [(row.within(column), self.seed) for row in rows for column in columns]
        elif across is not None:
            is_attribute = across < len(schema.attributes)
            row_seeds = self._seeds(self.cols if is_attribute else UNLABELLED_ROWS)
            pairs = [(column, seed) for seed in row_seeds for column in columns]
            return _sheet(pairs, _texts(row_seeds), _names(column_values), heading, notes)
        else:
            seeds = self._seeds(self.cols)
            pairs = [(row, seed) for row in rows for seed in seeds]
            return _sheet(pairs, _names(row_values), _texts(seeds), SEED, notes)
        return _sheet(pairs, _names(row_values), _names(column_values), heading, notes)

    def _values(
        self, schema: Schema, place: int | None, numbers: int
    ) -> tuple[list[Settings], list[str]]:
        """Return the values of an attribute, or numbers at even distances, and notes."""
        if place is None:
            return [], []
        values, count = values_of(schema, place, numbers)
        if count == len(values):
            return values, []
        shown = f"{len(values)} of the {count:,} values of {schema.names[place]}"
        return values, [f"the sheet shows {shown}"]

    def _free(self, asked: tuple[Single, ...], rows: int, notes: tuple[str, ...]) -> SheetPlan:
        """Return a sheet that has a seed for each place."""
        cells = tuple((asked[0], seed) for seed in self._seeds(self.cols * rows))
        return SheetPlan(asked, cells, self.cols, notes=notes)

    def _seeds(self, count: int) -> range:
        return choose_seeds(count, self.seed, "the number of images")


def _sheet(
    pairs: Sequence[tuple[Single, int]],
    row_names: Sequence[str],
    column_names: Sequence[str],
    heading: str,
    notes: Sequence[str],
) -> SheetPlan:
    asked = tuple(dict.fromkeys(each for each, _ in pairs))
    return SheetPlan(
        asked,
        tuple(pairs),
        len(column_names),
        tuple(row_names),
        tuple(column_names),
        heading,
        tuple(notes),
    )


def _names(values: Sequence[Settings]) -> tuple[str, ...]:
    return tuple(value.named[0].value_text for value in values)


def _texts(seeds: Sequence[int]) -> tuple[str, ...]:
    return tuple(map(str, seeds))
