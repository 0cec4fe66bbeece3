"""``evaluation.json``: its shape, its writer and its reader. No torch."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, get_type_hints

from ganctl.errors import FileError, RunError
from ganctl.files.limits import JSON_BYTES
from ganctl.files.untrusted_json import as_count, as_number, as_text, migrated
from ganctl.requests.conditions.labels import check_class_names
from ganctl.runs.evaluation_metrics import (
    LABEL_ACCURACY,
    METRICS,
    Confusion,
    Figure,
    JudgeResult,
    Measurements,
    chance_if_near,
)

FORMAT_VERSION = 2


@dataclass(frozen=True)
class Evaluation:
    """How good a generator's images are: what was measured, and on what.

    ``n`` images were judged, as many of each class as among the held-out real images; ``split``
    says where these come from. ``classes`` is empty for a generator without labels. ``scores``
    holds the metrics without judges, by key.

    The fields are in the order of ``evaluation.json``, and each is read by its type.
    """

    run: str
    step: int
    n: int
    judges: tuple[JudgeResult, ...]
    split: str
    seconds: float
    model: str
    data: str
    fingerprint: str
    classes: tuple[str, ...]
    ganctl_version: str
    scores: Mapping[str, Figure] = field(default_factory=dict)

    def figures(self) -> dict[str, Figure]:
        """Return the figure to quote of each metric that was measured, by key."""
        found = {metric.key: metric.figure(self.judges, self.scores) for metric in METRICS}
        return {key: figure for key, figure in found.items() if figure is not None}

    def label_judge(self) -> JudgeResult | None:
        """Return the judge with the lower label accuracy; None for a generator without labels."""
        figure = self.figures().get(LABEL_ACCURACY.key)
        return figure.judge if figure else None

    def chance(self) -> Figure | None:
        """Return what the judges make of real images, and chance, if no judge is better than that.

        The figure's ``samples`` are chance, and ``real`` the best judge's label accuracy.
        """
        found = []
        for judge in self.judges:
            confusion = judge.real.confusion
            if confusion is None or not self.classes:
                return None
            counts = list(confusion.requested.values())
            chance = chance_if_near(confusion.right.total(), counts)
            if chance is None:
                return None
            found.append(Figure(chance, confusion.accuracy, judge))
        return max(found, key=lambda figure: figure.real)

    def summary(self) -> dict[str, Any]:
        """Return the step, the bare figures and the number of images, as ``info`` shows them."""
        values: dict[str, float] = {}
        figures = self.figures()
        for metric in METRICS:
            if metric.key in figures:
                values[metric.key] = figures[metric.key].samples
                if metric.floor:
                    values[metric.floor] = figures[metric.key].real
        return {"step": self.step, **values, "n": self.n}

    def says_more_than(self, other: Evaluation) -> bool:
        """Return whether this is of the same weights and data, and of more images or scores."""
        made_of = (self.step, self.fingerprint, self.ganctl_version)
        if made_of != (other.step, other.fingerprint, other.ganctl_version):
            return False
        return (self.n, len(self.scores)) > (other.n, len(other.scores))

    def as_json(self) -> dict[str, Any]:
        """Return the run, its step, the figures, and then all that they come from."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        plain["judges"] = [judge.as_json() for judge in self.judges]
        plain["classes"] = list(self.classes)
        del plain["scores"]  # They are among the figures.
        head = {name: plain.pop(name) for name in ("run", "step")}
        return {**head, **self._figures_json(), **plain, "format_version": FORMAT_VERSION}

    def content(self) -> bytes:
        """Return what ``evaluation.json`` holds.

        Raises:
            FileError: it would be too long to be read again.
        """
        content = json.dumps(self.as_json(), indent=2).encode() + b"\n"
        if len(content) > JSON_BYTES:
            raise FileError(
                f"The evaluation of {len(self.classes):,} classes takes more than "
                f"{JSON_BYTES >> 20} MiB.",
                "Print it with: ganctl evaluate --json",
            )
        return content

    def _figures_json(self) -> dict[str, Any]:
        figures, plain = self.figures(), dict[str, Any]()
        for metric in METRICS:
            figure = figures.get(metric.key)
            if metric is LABEL_ACCURACY:
                plain[metric.key] = self._label_accuracy_json()
            elif figure and metric.floor:
                plain[metric.key] = {"value": figure.samples, "floor": figure.real}
            elif figure:
                plain |= {metric.key: figure.samples, f"{metric.key}_real": figure.real}
        return plain

    def _label_accuracy_json(self) -> dict[str, Any] | None:
        judge = self.label_judge()
        if judge is None:
            return None
        samples = judge.samples
        return {
            "overall": samples.label_accuracy,
            "per_class": {self.classes[k]: right for k, right in samples.per_class.items()},
            "confusion": samples.as_json()["confusion"],
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Evaluation:
        """Read what ``as_json`` wrote.

        Raises:
            RunError: something is missing or is not what it should be.
        """
        try:
            version = plain["format_version"]
            if version not in (*MIGRATIONS, FORMAT_VERSION):
                raise ValueError(f"format {version}")
            plain = migrated(dict(plain), version, MIGRATIONS)
            types = get_type_hints(cls)
            del types["scores"]
            values = {name: _READERS[kind](plain[name]) for name, kind in types.items()}
            found = cls(**values, scores=_scores(plain))
            found._check()
            return found
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise RunError(
                f"The evaluation cannot be read ({error}).", "Make it again with: ganctl evaluate"
            ) from error

    def _check(self) -> None:
        """Raise ``ValueError`` unless every figure can be computed."""
        if not self.judges:
            raise ValueError("no judge")
        for judge in self.judges:
            samples, real = judge.samples.confusion, judge.real.confusion
            if (samples is None) != (not self.classes) or (self.classes and real is None):
                raise ValueError("confusion")
            if samples is not None:
                _check_confusion(samples, len(self.classes))


def _judges(plain: list[Mapping[str, Any]]) -> tuple[JudgeResult, ...]:
    return tuple(
        JudgeResult(
            judge=as_text(judge["judge"]),
            checksum=as_text(judge["checksum"]),
            samples=_measurements(judge["samples"]),
            real=_measurements(judge["real"]),
        )
        for judge in plain
    )


def _check_confusion(confusion: Confusion, classes: int) -> None:
    """Raise ``ValueError`` unless it is of that many classes."""
    if any(max(pair[:2]) >= classes for pair in confusion.counts):
        raise ValueError("confusion")


def _confusion(plain: list[list[Any]] | None) -> Confusion | None:
    """Return the counts of a file, which name each pair once."""
    if plain is None:
        return None
    counts = [(as_count(asked), as_count(taken), as_count(count)) for asked, taken, count in plain]
    pairs = [pair[:2] for pair in counts]
    if not counts or len(set(pairs)) < len(pairs) or min(pair[2] for pair in counts) < 1:
        raise ValueError("confusion")
    return Confusion(tuple(counts))


def _measurements(plain: Mapping[str, Any]) -> Measurements:
    stored = [metric for metric in METRICS if metric.is_stored]
    return Measurements(
        confusion=_confusion(plain["confusion"]),
        values={
            metric.key: as_number(plain[metric.key])
            for metric in stored
            if metric.key in plain or not metric.optional
        },
    )


def _scores(plain: Mapping[str, Any]) -> dict[str, Figure]:
    keys = [metric.key for metric in METRICS if not metric.judged]
    return {
        key: Figure(as_number(plain[key]), as_number(plain[f"{key}_real"]))
        for key in keys
        if plain.get(key) is not None
    }


def _from_1(plain: dict[str, Any]) -> dict[str, Any]:
    """Replace the matrices, which had a row and a column for each class."""

    def counted(measured: Mapping[str, Any]) -> dict[str, Any]:
        matrix = measured["confusion"]
        if any(len(row) != len(matrix) for row in matrix):
            raise ValueError("confusion")
        return {**measured, "confusion": [[*pair] for pair in Confusion.of(matrix).counts] or None}

    judges = []
    for judge in plain["judges"]:
        if len(judge["samples"]["confusion"]) != len(plain["classes"]):
            raise ValueError("confusion")
        counts = {whose: counted(judge[whose]) for whose in ("samples", "real")}
        judges.append({**judge, **counts})
    return {**plain, "judges": judges}


MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _from_1}
"""For each former version, what makes the next one of it. None is ever removed or changed."""

_READERS: dict[Any, Callable[[Any], Any]] = {
    str: as_text,
    int: as_count,
    float: as_number,
    tuple[str, ...]: check_class_names,
    tuple[JudgeResult, ...]: _judges,
}
"""How a field of each type is read; all raise errors that ``from_json`` explains."""
