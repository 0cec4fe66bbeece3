"""What Python asks of a generator, as requests have it: texts, as they would be typed."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence

from ganctl.errors import GanctlWarning, UsageError
from ganctl.requests.conditions.schema import Schema
from ganctl.requests.conditions.settings import Settings
from ganctl.requests.drawing.sample import SamplePlan, SampleRequest, choose_seeds
from ganctl.requests.seeds import check_seed
from ganctl.runs.checkpoint_header import CheckpointHeader

Label = int | str
"""An index, a class name, ``"all"``, or a blend such as ``"3:0.7,8:0.3"``."""
Setting = str | float
"""A value of an attribute, its index, a blend such as ``"blond:0.5,red:0.5"``, or a number."""


def labels_of(label: Label | Sequence[Label] | None) -> tuple[str, ...]:
    """Return each label as it would be typed."""
    if label is None:
        return ()
    if isinstance(label, Sequence) and not isinstance(label, str):
        return tuple(map(str, label))
    return (str(label),)


def codes_of(codes: Mapping[str, float] | None) -> list[str]:
    """Return each code as it would be typed.

    Raises:
        UsageError: they are not names with values.
    """
    if codes is not None and not isinstance(codes, Mapping):
        raise UsageError("The codes are not names with values.", "Give such as {'c1': -1.5}.")
    return [f"{name}={value}" for name, value in (codes or {}).items()]


def check_settings(settings: Mapping[str, Setting] | None) -> Mapping[str, Setting]:
    """Return settings by name; none for None.

    Raises:
        UsageError: they are not names with values.
    """
    if settings is not None and not isinstance(settings, Mapping):
        raise UsageError("set is not names with values.", 'Give such as {"hair": "blond"}.')
    return settings or {}


def settings_of(settings: Mapping[str, Setting] | None, schema: Schema) -> tuple[str, ...]:
    """Return each setting as it would be typed for data of a schema.

    Raises:
        UsageError: they are not names with values, or the schema has no such name or value.
    """
    named = check_settings(settings)
    if named and schema.names:
        return Settings.of(schema, named).typed
    return tuple(f"{name}={value}" for name, value in named.items())


def texts_of(text: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return each caption.

    Raises:
        UsageError: it is none, nor several.
    """
    if isinstance(text, bytes) or not isinstance(text, Iterable | None):
        raise UsageError(f"text {text!r} is no caption.", 'Give such as "red hair".')
    return (text,) if isinstance(text, str) else tuple(map(str, text or ()))


def seeds_of(
    n: int | None, seed: int | None, seeds: Iterable[int] | None
) -> range | tuple[int, ...]:
    """Return the seeds that are asked for by their number and the first, or by name.

    Raises:
        UsageError: both are given, or one is out of range.
    """
    if seeds is None:
        return choose_seeds(n, seed, "n")
    if n is not None or seed is not None:
        raise UsageError("seeds excludes n and seed.", "Give either the seeds or how many.")
    if not isinstance(seeds, Iterable):
        raise UsageError(f"seeds {seeds!r} is not several seeds.", "Give a list of numbers.")
    return tuple(check_seed(number, "seed") for number in seeds)


def tell(notes: Iterable[str]) -> None:
    """Warn of how something was understood."""
    for note in notes:
        warnings.warn(GanctlWarning(f"{note[:1].upper()}{note[1:]}."), stacklevel=4)


def sample_request(
    label: Label | Sequence[Label] | None,
    seeds: Sequence[int],
    settings: Mapping[str, Setting] | None,
    text: str | Sequence[str] | None,
    codes: Mapping[str, float] | None,
    truncation: float = 1.0,
) -> SampleRequest:
    """Return what is asked for, as ``Generator.sample`` takes it.

    Raises:
        UsageError: something is not of the type that it should be, or out of range.
    """
    return SampleRequest(
        labels=labels_of(label),
        settings=check_settings(settings),
        texts=texts_of(text),
        files=False,
        seeds=seeds,
        codes=codes_of(codes),
        truncation=truncation,
    )


def planned(request: SampleRequest, header: CheckpointHeader) -> SamplePlan:
    """Return which images a generator is to draw, and warn of how that was understood.

    Raises:
        UsageError: it does not know what is asked for, or that is more than fits into memory.
    """
    plan = request.plan(header.conditioning)
    tell(plan.notes)
    return plan
