"""``evaluation.json``: its shape, its writer and its reader. No torch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, get_type_hints

from ganctl._version import __version__
from ganctl.errors import FileError, RunError
from ganctl.files.limits import JSON_BYTES
from ganctl.files.untrusted_json import as_count, as_number, as_shape, as_text, migrated
from ganctl.requests.conditions.labels import check_class_names
from ganctl.requests.conditions.schema import Schema
from ganctl.runs.evaluation.attributes import NOT_DESCRIBED, Described, Obeyed, Share
from ganctl.runs.evaluation.confusion import Confusion, NearChance
from ganctl.runs.evaluation.metrics import (
    LABEL_ACCURACY,
    METRICS,
    Figure,
    JudgeResult,
    Measurements,
)

FORMAT_VERSION = 3


@dataclass(frozen=True)
class Evaluation:
    """How good a generator's images are: what was measured, and on what.

    ``n`` images were judged, as many of each class as among the held-out real images; ``split``
    says where these come from. ``classes`` is empty for a generator without labels. ``described``
    is what was asked for where that is more than a class, and ``settings`` the values of attributes
    to which ``--set`` restricted both samples and real images. ``scores`` holds the metrics without
    judges, by key, and ``cas_by_attribute`` what the score of that name is the mean of.

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
    described: Described = NOT_DESCRIBED
    settings: Mapping[str, str] = field(default_factory=dict)
    cas_by_attribute: Mapping[str, Figure] = field(default_factory=dict)
    scores: Mapping[str, Figure] = field(default_factory=dict)

    def figures(self) -> dict[str, Figure]:
        """Return the figure to quote of each metric that was measured, by key."""
        found = {metric.key: metric.figure(self.judges, self.scores) for metric in METRICS}
        return {key: figure for key, figure in found.items() if figure is not None}

    def label_judge(self) -> JudgeResult | None:
        """Return the judge with the lowest label accuracy; None for a generator without labels.

        Where only quantities were asked for it is the first.
        """
        figure = self.figures().get(LABEL_ACCURACY.key)
        if figure is None:
            return self.judges[0] if self.judges[0].samples.obeyed else None
        return figure.judge

    def near_chance(self) -> list[NearChance]:
        """Return what no judge can learn of real images: the classes, or each such attribute."""
        if not self.described:
            confusions = [judge.real.confusion for judge in self.judges if self.classes]
            return list(_near_chance("", confusions))
        seen = [judge.real.obeyed for judge in self.judges]
        found: list[NearChance] = []
        for k, attribute in enumerate(self.described.attributes):
            found += _near_chance(attribute.name, [one.attributes[k] for one in seen if one])
        return found

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

    def is_of(self, step: int) -> bool:
        """Return whether this ganctl would find the same again of a run's weights of a step."""
        return (self.step, self.ganctl_version) == (step, __version__)

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
        plain["described"] = asdict(self.described) if self.described else None
        plain["settings"] = dict(self.settings)
        scores = self.cas_by_attribute.items()
        plain["cas_by_attribute"] = {name: [one.samples, one.real] for name, one in scores}
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
        if samples.obeyed is not None:
            return self._obeyed_json(samples.obeyed)
        return {
            "overall": samples.label_accuracy,
            "per_class": {self.classes[k]: right for k, right in samples.per_class.items()},
            "confusion": samples.as_json()["confusion"],
        }

    def _obeyed_json(self, obeyed: Obeyed) -> dict[str, Any]:
        names = [attribute.name for attribute in self.described.attributes]
        quantities = [quantity.name for quantity in self.described.quantities]
        at_once = obeyed.at_once and obeyed.at_once.value
        pairs = sorted((obeyed.unseen_pairs or {}).items())
        return {
            "overall": at_once,
            "by_attribute": {names[k]: right for k, right in obeyed.accuracies.items()},
            "all_at_once": at_once,
            "unseen": {
                "all_at_once": obeyed.unseen and _share_json(obeyed.unseen),
                "pairs": {self.described.pair_text(k): _share_json(one) for k, one in pairs},
            },
            "mean_absolute_error": dict(zip(quantities, obeyed.errors, strict=True)),
            "confusion": dict(zip(names, obeyed.as_json()["attributes"], strict=True)),
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
            if self.described:
                _check_obeyed(judge, self.described)
                continue
            samples, real = judge.samples.confusion, judge.real.confusion
            if (samples is None) != (not self.classes) or (self.classes and real is None):
                raise ValueError("confusion")
            if samples is not None:
                samples.check(len(self.classes))
            if judge.samples.obeyed or judge.real.obeyed:
                raise ValueError("attributes that nobody asked for")


def _check_obeyed(judge: JudgeResult, described: Described) -> None:
    """Raise ``ValueError`` unless a judge measured what was asked for."""
    for found in (judge.samples, judge.real):
        if found.obeyed is None or found.confusion is not None:
            raise ValueError("attributes")
        found.obeyed.check(described)


def _near_chance(name: str, found: Sequence[Confusion | None]) -> Iterator[NearChance]:
    """Yield the best judge of real images, if no judge is better than chance."""
    doubts = [NearChance.of(confusion, name) for confusion in found]
    known = [doubt for doubt in doubts if doubt is not None]
    if known and len(known) == len(doubts):
        yield max(known, key=lambda doubt: doubt.accuracy)


def _share_json(share: Share) -> dict[str, Any]:
    return {"value": share.value, "images": share.count}


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


def _measurements(plain: Mapping[str, Any]) -> Measurements:
    stored = [metric for metric in METRICS if metric.is_stored]
    return Measurements(
        confusion=Confusion.from_json(plain["confusion"]),
        obeyed=Obeyed.from_json(plain["obeyed"]) if "obeyed" in plain else None,
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


def _from_2(plain: dict[str, Any]) -> dict[str, Any]:
    """Add conditions of several parts, for which no generator could be asked."""
    return {**plain, "described": None, "settings": {}, "cas_by_attribute": {}}


MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _from_1, 2: _from_2}
"""For each former version, what makes the next one of it. None is ever removed or changed."""


def _described(plain: Mapping[str, Any] | None) -> Described:
    found = NOT_DESCRIBED if plain is None else as_shape(plain, Described)
    Schema(found.attributes, found.quantities)  # It checks that no two have the same name.
    return found


def _settings(plain: Mapping[str, Any]) -> dict[str, str]:
    names, values = check_class_names(plain.keys()), check_class_names(plain.values())
    return dict(zip(names, values, strict=True))


def _figures(plain: Mapping[str, Any]) -> dict[str, Figure]:
    return {name: Figure(as_number(one), as_number(real)) for name, (one, real) in plain.items()}


_READERS: dict[Any, Callable[[Any], Any]] = {
    str: as_text,
    int: as_count,
    float: as_number,
    tuple[str, ...]: check_class_names,
    tuple[JudgeResult, ...]: _judges,
    Described: _described,
    Mapping[str, str]: _settings,
    Mapping[str, Figure]: _figures,
}
"""How a field of each type is read; all raise errors that ``from_json`` explains."""
