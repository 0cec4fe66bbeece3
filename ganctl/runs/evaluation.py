"""What an evaluation found, as JSON and as tables of text. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ganctl.errors import RunError
from ganctl.files.untrusted_json import as_count, as_number, as_text
from ganctl.requests.labels import check_class_names

FORMAT_VERSION = 1


@dataclass(frozen=True)
class Measures:
    """What one judge says of some images, beside real training images of the same number.

    ``confusion`` counts them: a row for each class that was asked for, a
    column for each that the judge sees; it is empty where nothing was asked
    for. ``feature_distance`` is the squared Fréchet distance of the judge's
    features; ``density`` and ``coverage`` are those of Naeem et al. (2020).
    """

    confusion: tuple[tuple[int, ...], ...]
    feature_distance: float
    density: float
    coverage: float

    @property
    def label_accuracy(self) -> float | None:
        """The part of the images that the judge takes for what was asked for, in [0, 1]."""
        if not self.confusion:
            return None
        right = sum(row[index] for index, row in enumerate(self.confusion))
        return right / sum(map(sum, self.confusion))

    @property
    def per_class(self) -> tuple[float, ...]:
        """The label accuracy of each class; 0 for one that nothing was asked of."""
        return tuple(row[index] / max(1, sum(row)) for index, row in enumerate(self.confusion))


@dataclass(frozen=True)
class JudgeResult:
    """What one judge says of the samples, and of as many real images that were held out.

    ``real.label_accuracy`` is how good the judge is, and
    ``real.feature_distance`` the floor: what two draws of real images are apart.
    ``checksum`` is the sha256 of the judge's weights.
    """

    judge: str
    checksum: str
    samples: Measures
    real: Measures

    @property
    def times_floor(self) -> float:
        """How many times as far as real images the samples are from real images."""
        return self.samples.feature_distance / max(self.real.feature_distance, 1e-12)


@dataclass(frozen=True)
class Evaluation:
    """How good a generator's images are: what was measured, and what made it.

    The figures without a judge's name are those of the judge that is worse for
    the samples. ``n`` images were judged, as many of each class as in the real
    images ``split``. ``cas`` is the classification accuracy score (Ravuri &
    Vinyals 2019), ``cas_real`` that of real training images.
    """

    run: str
    model: str
    step: int
    data: str
    fingerprint: str
    ganctl_version: str
    classes: tuple[str, ...]
    n: int
    split: str
    seconds: float
    judge_results: tuple[JudgeResult, ...]
    cas: float | None = None
    cas_real: float | None = None

    @property
    def labels(self) -> JudgeResult | None:
        """The verdict with the lower label accuracy; None for a model that knows no labels."""
        if not self.classes:
            return None
        return min(
            self.judge_results, key=lambda judge_result: judge_result.samples.label_accuracy or 0.0
        )

    @property
    def distance(self) -> JudgeResult:
        """The verdict with the greater feature distance, by its floor."""
        return max(self.judge_results, key=lambda judge_result: judge_result.times_floor)

    @property
    def density(self) -> JudgeResult:
        """The verdict with the lower density."""
        return min(self.judge_results, key=lambda judge_result: judge_result.samples.density)

    @property
    def coverage(self) -> JudgeResult:
        """The verdict with the lower coverage."""
        return min(self.judge_results, key=lambda judge_result: judge_result.samples.coverage)

    def says_more_than(self, other: Evaluation) -> bool:
        """Return whether this is of the same weights and data, and of more images or measures."""
        made_of = (self.step, self.fingerprint, self.ganctl_version)
        if made_of != (other.step, other.fingerprint, other.ganctl_version):
            return False
        mine, others = (self.n, self.cas is not None), (other.n, other.cas is not None)
        return mine > others

    def as_json(self) -> dict[str, Any]:
        """Return the figures first, and then all that they come from."""
        labels, distance = self.labels, self.distance
        return {
            "run": self.run,
            "step": self.step,
            "label_accuracy": labels and _label_figures(labels.samples, self.classes),
            "feature_distance": {
                "value": distance.samples.feature_distance,
                "floor": distance.real.feature_distance,
            },
            "density": self.density.samples.density,
            "density_real": self.density.real.density,
            "coverage": self.coverage.samples.coverage,
            "coverage_real": self.coverage.real.coverage,
            **({} if self.cas is None else {"cas": self.cas, "cas_real": self.cas_real}),
            "n": self.n,
            "judges": [asdict(judge_result) for judge_result in self.judge_results],
            "split": self.split,
            "seconds": self.seconds,
            "model": self.model,
            "data": self.data,
            "fingerprint": self.fingerprint,
            "classes": list(self.classes),
            "ganctl_version": self.ganctl_version,
            "format_version": FORMAT_VERSION,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Evaluation:
        """Read what ``as_json`` wrote.

        Raises:
            RunError: something is missing or is not what it should be.
        """
        try:
            if plain["format_version"] != FORMAT_VERSION:
                raise ValueError(f"format {plain['format_version']}")
            found = cls(
                **{name: as_text(plain[name]) for name in _TEXTS},
                step=as_count(plain["step"]),
                classes=check_class_names(plain["classes"]),
                n=as_count(plain["n"]),
                seconds=as_number(plain["seconds"]),
                judge_results=tuple(_verdict(judge_result) for judge_result in plain["judges"]),
                cas=_optional(plain.get("cas")),
                cas_real=_optional(plain.get("cas_real")),
            )
            found._check()
            return found
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise RunError(
                f"The evaluation cannot be read ({error}).", "Make it anew with: ganctl evaluate"
            ) from error

    def _check(self) -> None:
        """Raise ``ValueError`` unless every figure can be worked out."""
        if not self.judge_results:
            raise ValueError("no judge")
        for judge_result in self.judge_results:
            if len(judge_result.samples.confusion) != len(self.classes):
                raise ValueError("confusion")
            for counts in (judge_result.samples.confusion, judge_result.real.confusion):
                square = all(len(row) == len(counts) for row in counts)
                if not square or (counts and sum(map(sum, counts)) < 1):
                    raise ValueError("confusion")


_TEXTS = ("run", "model", "data", "fingerprint", "ganctl_version", "split")


def _label_figures(samples: Measures, classes: Sequence[str]) -> dict[str, Any]:
    return {
        "overall": samples.label_accuracy,
        "per_class": dict(zip(classes, samples.per_class, strict=True)),
        "confusion": [list(row) for row in samples.confusion],
    }


def _verdict(plain: Mapping[str, Any]) -> JudgeResult:
    return JudgeResult(
        judge=as_text(plain["judge"]),
        checksum=as_text(plain["checksum"]),
        samples=_measures(plain["samples"]),
        real=_measures(plain["real"]),
    )


def _measures(plain: Mapping[str, Any]) -> Measures:
    return Measures(
        confusion=tuple(tuple(map(as_count, row)) for row in plain["confusion"]),
        feature_distance=as_number(plain["feature_distance"]),
        density=as_number(plain["density"]),
        coverage=as_number(plain["coverage"]),
    )


def _optional(value: object) -> float | None:
    return None if value is None else as_number(value)
