"""The figures that are reported while training, a row each, and where they may go. No torch.

To add one, compute it in ``engine/training/watching/monitor.py`` (or return it as one of an
objective's losses), and add its row to ``METRICS``: ``metrics.jsonl``, the live panel, the plain
lines, ``loss.png``, ``info`` and ``train --json`` follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ganctl.requests.checks import check_text, choose


class Log(str, Enum):
    """What figures go to beside ``metrics.jsonl``, by ``--log``."""

    CSV = "csv"
    TENSORBOARD = "tensorboard"


def check_logs(flag: str, names: str | Sequence[str]) -> tuple[str, ...]:
    """Return the names of ``Log``, each once; a text may hold several, parted by commas.

    Raises:
        UsageError: one is no text.
        UnknownName: there is none of that name.
    """
    several: Sequence[Any] = names if isinstance(names, (list, tuple)) else [names]
    texts = [check_text(flag, text) for text in several]
    asked = [name.strip() for text in texts for name in text.split(",")]
    return tuple(dict.fromkeys(choose("log", name, Log).value for name in asked))


class Group(Enum):
    """What a metric is, by the label of its panel in ``loss.png``."""

    LOSS = "loss"
    """Of a step, in every report."""
    SCORE = "mean score"
    """The discriminator's mean raw output of a step, in every report."""
    QUALITY = "quality"
    """Measured by a judge, at each preview."""


@dataclass(frozen=True)
class Curve:
    """How ``loss.png`` draws a metric.

    Args:
        name: its name in the legend.
        color: its colour; None takes the next one.
        percent: for a quality, whether it is drawn in percent on the right axis, instead of on
            the logarithmic left one.
    """

    name: str
    color: str | None = None
    percent: bool = False


@dataclass(frozen=True)
class TrainingMetric:
    """A row of ``METRICS``.

    Args:
        key: its name in ``metrics.jsonl``; for a quality, also the attribute of ``Quality``.
        group: what it is.
        label: its name in the live panel.
        format: the format specification of its value.
        spark: the colour of its sparkline in the live panel; None draws none.
        line: its name in the plain lines; None leaves it out. A quality with a name here and no
            sparkline is among the words of the live panel.
        floor: the attribute of ``Quality`` with the same metric of real images, its name in
            ``metrics.jsonl`` too.
        of: the attribute of ``Quality`` that names what it is of.
        curve: how ``loss.png`` draws it; None leaves it out.
    """

    key: str
    group: Group
    label: str
    format: str
    spark: str | None = None
    line: str | None = None
    floor: str | None = None
    of: str | None = None
    curve: Curve | None = None


FEATURE_DISTANCE = TrainingMetric(
    key="feature_distance",
    group=Group.QUALITY,
    label="feature distance",
    format=".2f",
    spark="green",
    line="feature distance",
    floor="floor",
    curve=Curve("feature distance", "tab:green"),
)
"""Every measurement has it, with or without labels."""

METRICS = (
    TrainingMetric(
        key="generator_loss",
        group=Group.LOSS,
        label="generator loss",
        format=".3f",
        spark="cyan",
        line="loss G",
        curve=Curve("generator"),
    ),
    TrainingMetric(
        key="discriminator_loss",
        group=Group.LOSS,
        label="discriminator loss",
        format=".3f",
        spark="magenta",
        line="D",
        curve=Curve("discriminator"),
    ),
    TrainingMetric("real_score", Group.SCORE, "real score", ".3f", curve=Curve("real images")),
    TrainingMetric("fake_score", Group.SCORE, "fake score", ".3f", curve=Curve("generated images")),
    TrainingMetric(
        key="label_accuracy",
        group=Group.QUALITY,
        label="labels right",
        format=".1%",
        line="labels right",
        curve=Curve("labels right", "tab:purple", percent=True),
    ),
    TrainingMetric(
        key="attribute_accuracy",
        group=Group.QUALITY,
        label="worst attribute",
        format=".1%",
        line="worst",
        of="worst_attribute",
    ),
    FEATURE_DISTANCE,
    TrainingMetric("lowest_variety", Group.QUALITY, "lowest variety", ".2f"),
)


def of_group(group: Group) -> tuple[TrainingMetric, ...]:
    """Return the rows of a group."""
    return tuple(metric for metric in METRICS if metric.group is group)


def has_quality(line: Mapping[str, float]) -> bool:
    """Return whether a line of ``metrics.jsonl`` has the quality, which not every report has."""
    return FEATURE_DISTANCE.key in line
