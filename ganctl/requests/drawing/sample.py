"""What may be asked of a generator: labels, seeds, codes, and how many images at once. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from shlex import quote
from typing import cast

from ganctl.errors import UsageError
from ganctl.files.limits import SAMPLES_BYTES
from ganctl.requests.checks import check_amount, check_count
from ganctl.requests.conditions.asked import Single
from ganctl.requests.conditions.captions import example_captions, examples_of, parse_text
from ganctl.requests.conditions.codes import Codes, parse_codes
from ganctl.requests.conditions.labels import UNLABELLED, one_hot, parse_labels
from ganctl.requests.conditions.names import typed
from ganctl.requests.conditions.schema import NO_SCHEMA, Schema
from ganctl.requests.conditions.settings import Settings, example, parse_settings
from ganctl.requests.generators.found import Found
from ganctl.requests.networks import CodeMap, NetworkSpec
from ganctl.requests.seeds import MAX_SEED, MAX_SEEDS, check_seed

LARGEST_SCALE = 64
KNOW = {
    "classes": "pretrained/mnist",
    "attributes": "pretrained/avatars",
    "captions": "pretrained/avatars-words",
}
"""Bundled generators, by what they can be asked for."""


class Format(str, Enum):
    """How samples are written."""

    PNG = "png"
    NPZ = "npz"
    IDX = "idx"


@dataclass(frozen=True)
class Conditioning:
    """What a generator can be asked for, as its checkpoint's header says it.

    ``schema`` is empty unless its networks get attributes or words.
    """

    model: str
    classes: tuple[str, ...]
    network: NetworkSpec
    code_map: CodeMap | None
    schema: Schema = NO_SCHEMA


@dataclass(frozen=True)
class SamplePlan:
    """Which images to draw: every label with every seed, label after label.

    ``labels`` are classes, settings or captions. ``truncation`` scales the latents, in [0, 2];
    ``codes`` are InfoGAN's that are fixed. ``notes`` are sentences that the user should read about
    how the labels were understood. Of ``around``, a latent, seed 0 is the picture itself, and other
    seeds are its neighbours.
    """

    labels: tuple[Single, ...]
    seeds: Sequence[int]
    truncation: float = 1.0
    codes: Codes = field(default_factory=Codes)
    notes: tuple[str, ...] = ()
    around: tuple[float, ...] | None = None

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.labels) * len(self.seeds)


@dataclass(frozen=True, kw_only=True)
class SampleRequest:
    """What was asked for, before it is known of which generator.

    ``labels``, ``texts`` and ``codes`` are as they were typed, and ``settings`` too, or values by
    name; ``files`` says whether a text may be the path of a file of captions, and those that read
    alike are drawn once; ``scale`` is how many pixels wide each pixel becomes. ``found`` is what to
    start from: its latent, and what it is of where nothing else is asked for.

    Raises:
        UsageError: a number is out of range.
    """

    labels: Sequence[str] = ()
    settings: Sequence[str] | Mapping[str, object] = ()
    texts: Sequence[str] = ()
    files: bool = True
    seeds: Sequence[int] = (0,)
    codes: Sequence[str] = ()
    truncation: float = 1.0
    scale: int = 1
    found: Found | None = None

    def __post_init__(self) -> None:
        check_count("The number of seeds", len(self.seeds), most=MAX_SEEDS)
        check_amount("--truncation", self.truncation, least=0, most=2)
        check_count("--scale", self.scale, most=LARGEST_SCALE)

    def plan(self, of: Conditioning) -> SamplePlan:
        """Return which images a generator is to draw.

        Raises:
            UsageError: an unknown class, name, value or code, a label that is missing, or one for a
                generator that knows none, or more images than fit into the memory of most machines.
        """
        around = None
        if self.found is not None:
            self.found.check_fits(of.network)
            around = self.found.latent
        codes = parse_codes(self._all_codes(self.codes), of.network)
        asked, notes = self._asked(codes, of)
        plan = SamplePlan(asked, self.seeds, self.truncation, codes, notes, around)
        check_memory(len(plan), of.network, self.scale)
        return plan

    def notes_for(self, reference: str) -> tuple[str, ...]:
        """Return what to say where the generator, by its RUN, is not the one of what was found."""
        if self.found is None or self.found.run == reference:
            return ()
        return (
            f"{self.found.file} was found with {self.found.run}, and {reference} draws something "
            "else of it",
        )

    def _all_codes(self, given: Sequence[str]) -> Sequence[str]:
        """Return the codes that were given, after those that were found, which they replace."""
        return [*self.found.codes, *given] if self.found else given

    def _asked(self, codes: Codes, of: Conditioning) -> tuple[tuple[Single, ...], tuple[str, ...]]:
        is_bare = not (self.labels or self.settings or self.texts)
        found = self.found
        if found is not None and of.schema.steered_by_attributes:
            (own,), notes = asked_of(of, (), self.settings)
            (other,), _ = asked_of(of, (), found.settings)
            return (cast("Settings", own).within(cast("Settings", other)),), notes
        if found is not None and is_bare and codes.category is None:
            return asked_of(of, found.labels, (), found.texts, files=False)
        if codes.category is not None and not (self.settings or self.texts):
            if self.labels:
                raise UsageError("The code c0 and a label exclude each other.", "Give one of them.")
            index = of.code_map.class_of_category(codes.category) if of.code_map else codes.category
            return (one_hot(index, of.classes),), ()
        if is_bare and of.schema.steered_by_words:
            raise UsageError("sample needs words.", f"Give --text, such as {how_to_ask(of)}.")
        if is_bare and of.classes:
            names = ", ".join(of.classes[:12]) + (", …" if len(of.classes) > 12 else "")
            raise UsageError(
                "sample needs a label.",
                f"Give --digit / --class: one of {names}, or all.",
            )
        return asked_of(of, self.labels, self.settings, self.texts, files=self.files)


def asked_of(
    of: Conditioning,
    labels: Sequence[str] = (),
    settings: Sequence[str] | Mapping[str, object] = (),
    texts: Sequence[str] = (),
    *,
    files: bool = True,
) -> tuple[tuple[Single, ...], tuple[str, ...]]:
    """Return what was asked for, a row of images each, and notes on how it was read.

    Without any that is every class, or settings that fix nothing; for a generator that knows words
    captions that it learned from.

    Args:
        of: what the generator can be asked for.
        labels: each ``--digit`` or ``--class``.
        settings: each ``--set``, or values by name.
        texts: each ``--text``.
        files: whether one may be the path of a file of captions, and those that read alike are one.

    Raises:
        UsageError: there is no such class, name, value or word, or the generator does not know
            this kind.
    """
    schema = of.schema
    if settings and not schema.steered_by_attributes:
        raise _not_steered("--set", "attributes", of)
    if texts and schema.captions is None:
        raise _not_steered("--text", "captions", of)
    if labels and (schema or not of.classes):
        raise _not_steered("--digit / --class", "classes" if schema else "labels", of)
    if schema.captions is not None:
        if not texts:
            return tuple(example_captions(schema.captions)), ()
        captions, notes = parse_text(texts, schema.captions, files=files, once=files)
        return tuple(captions), tuple(notes)
    if schema:
        if isinstance(settings, Mapping):
            chosen = Settings.of(schema, settings)
        else:
            chosen = parse_settings(settings, schema)
        return (chosen,), chosen.notes
    if of.classes:
        parsed = parse_labels(labels or ["all"], of.classes)
        return parsed.labels, parsed.notes
    return (UNLABELLED,), ()


def _not_steered(option: str, what: str, of: Conditioning) -> UsageError:
    """Return the error for an option that cannot steer a generator, with what can."""
    if what == "labels":
        return UsageError(
            f"{option} cannot steer this generator: --model {of.model} trains without labels.",
            "Leave it out, or train another --model, such as cgan.",
        )
    own = f"Write {how_to_ask(of)}" if of.classes or of.schema else "Leave it out"
    other = f"; or name one that knows {what}, such as {KNOW[what]}" if what in KNOW else ""
    return UsageError(
        f"{option} cannot steer this generator: it was trained without {what}.", f"{own}{other}."
    )


def how_to_ask(of: Conditioning) -> str:
    """Return an option that a generator can be asked with, such as ``--set hair=blond``.

    It is as one types it in a shell; empty for a generator that knows nothing to ask for.
    """
    if of.schema.captions is not None:
        return f"--text {quote(examples_of(of.schema.captions)[0])}"
    if of.schema:
        return f"--set {quote(example(of.schema))}"
    return f"--class {quote(typed(of.classes[-1]))}" if of.classes else ""


def choose_seeds(n: int | None, seed: int | None, option: str = "--n") -> range:
    """Return ``n`` seeds (1 if None) from ``seed`` (0 if None) on.

    Raises:
        UsageError: one of them is out of range, or the last seed would be.
    """
    count = check_count(option, 1 if n is None else n, most=MAX_SEEDS)
    first = check_seed(0 if seed is None else seed)
    check_seed(min(first + count - 1, MAX_SEED + 1), f"--seed plus {option}:")
    return range(first, first + count)


def check_memory(images: int, network: NetworkSpec, scale: int = 1) -> None:
    """Raise ``UsageError`` if images would not fit into the memory of most machines.

    Args:
        images: how many are drawn at once.
        network: what draws them.
        scale: how many pixels wide each pixel becomes.
    """
    side = network.image_size * scale
    pixels = images * network.channels * side**2
    if pixels > SAMPLES_BYTES:
        raise UsageError(
            f"{images:,} images of {side}×{side} pixels are {pixels / 2**30:,.1f} GiB.",
            f"Up to {SAMPLES_BYTES >> 30} GiB are drawn at once: ask for fewer images, or a "
            "smaller --scale.",
        )
