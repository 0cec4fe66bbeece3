"""What can go wrong in a training, in plain words, with what to try."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ganctl.engine.training.monitor import WHOLE, Quality

WON_GAP = 6.0
"""Between mean scores. A sound training was seen to keep 3.3 for ten reports, never more."""
WON_REPORTS = 10
LOW_VARIETY = 0.3
LOW_ACCURACY = 0.5
TRUSTED_JUDGE = 0.8
LOOKS = 2
GRACE = 0.25
"""The part of the budget in which quality may still be bad."""


@dataclass(frozen=True)
class Alarm:
    """Something is wrong: ``kind`` in a word or two, what it is, and what to try."""

    kind: str
    message: str
    advice: str


class Alarms:
    """Watches one training; each kind is raised once.

    Args:
        raised: the kinds that were raised before, in an earlier part of a resumed training.
        judge_accuracy: how good the judge is on real images, in [0, 1].
    """

    def __init__(self, raised: Iterable[str], judge_accuracy: float) -> None:
        self._raised = set(raised)
        self._judge_accuracy = judge_accuracy
        self._counts: dict[str, int] = {}

    def see(
        self, losses: Mapping[str, float], quality: Quality | None, progress: float
    ) -> tuple[Alarm, ...]:
        """Return what a report gives new cause for.

        Args:
            terms: the losses and mean scores.
            quality: what was seen of the samples, if they were looked at.
            spent: the part of the budget that is spent, in [0, 1].
        """
        self.count({**losses, **(quality.as_metrics() if quality else {})}, progress)
        found = [*self._of_terms()]
        if quality is not None:
            found += self._of_quality(quality)
        new = [alarm for alarm in found if alarm.kind not in self._raised]
        self._raised.update(alarm.kind for alarm in new)
        return tuple(new)

    def count(self, line: Mapping[str, Any], progress: float) -> None:
        """Count how often in a row each sign of trouble was there.

        Args:
            line: what ``metrics.jsonl`` has of a report; of an earlier part of a resumed
                training too, so that it raises what one without a stop would have.
            spent: the part of the budget that was spent then, in [0, 1].
        """
        real, fake = number_in(line, "real_score"), number_in(line, "fake_score")
        if real is not None and fake is not None:
            self._count("won", real - fake > WON_GAP)
        variety, accuracy = number_in(line, "lowest_variety"), number_in(line, "label_accuracy")
        if variety is not None and progress >= GRACE:
            disobeyed = (
                accuracy is not None
                and self._judge_accuracy >= TRUSTED_JUDGE
                and accuracy < LOW_ACCURACY * self._judge_accuracy
            )
            self._count("variety", variety < LOW_VARIETY)
            self._count("labels", disobeyed)

    def _count(self, sign: str, present: bool) -> None:
        self._counts[sign] = self._counts.get(sign, 0) + 1 if present else 0

    def _of_terms(self) -> Iterator[Alarm]:
        if self._counts.get("won", 0) >= WON_REPORTS:
            yield Alarm(
                "discriminator has won",
                "The discriminator has won: it tells every fake from every real image, and the "
                "generator learns nothing any more.",
                "Start again with another --seed or a larger --batch. If it happens again, the "
                "images may be too few, or too much alike.",
            )

    def _of_quality(self, quality: Quality) -> Iterator[Alarm]:
        name, lowest = min(quality.variety.items(), key=lambda item: item[1])
        if self._counts.get("variety", 0) >= LOOKS:
            whose = "" if name == WHOLE else f"of the class {name} "
            yield Alarm(
                "collapse",
                f"The images {whose}are nearly all alike: they differ {lowest:.0%} as much as "
                "real ones do.",
                "Start again with another --seed; look at the previews for when it began.",
            )
        if self._counts.get("labels", 0) >= LOOKS:
            yield Alarm(
                "labels not obeyed",
                f"The labels are not obeyed: {quality.label_accuracy:.0%} of the images are of the "
                "class that was asked for.",
                "Train longer, or with --model gan-cls, which counts wrong labels as false.",
            )


def number_in(line: Mapping[str, Any], name: str) -> float | None:
    """Return a number of a line of metrics; None if it is not there."""
    value = line.get(name)
    return float(value) if isinstance(value, (int, float)) else None
