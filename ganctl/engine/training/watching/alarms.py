"""Warning signs while training, each with what to try."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ganctl.engine.training.watching.monitor import ALL_CLASSES, Quality
from ganctl.runs.evaluation.confusion import unseen_text

WON_GAP = 6.0
"""The gap between mean scores; a healthy run had at most 3.3 in ten reports in a row."""
WON_REPORTS = 10
LOW_VARIETY = 0.3
LOW_ACCURACY = 0.5
LOW_AT_ONCE = 0.25
"""The same for several attributes at once, which takes longer to learn."""
TRUSTED_JUDGE = 0.8
BAD_MEASUREMENTS = 2
GRACE = 0.25
"""The fraction of the budget in which bad quality is no cause for alarm."""


@dataclass(frozen=True)
class Alarm:
    """A warning sign: its ``kind`` in a few words, what is wrong, and what to try."""

    kind: str
    message: str
    advice: str


class Alarms:
    """The alarms of one run; each kind is given once.

    Args:
        given: the kinds that a resumed run gave before.
    """

    def __init__(self, given: Iterable[str]) -> None:
        self._given = set(given)
        self._counts: dict[str, int] = {}
        self._accuracies: deque[float | None] = deque(maxlen=BAD_MEASUREMENTS)

    def check(
        self, losses: Mapping[str, float], quality: Quality | None, progress: float
    ) -> tuple[Alarm, ...]:
        """Return the new alarms after a report.

        Args:
            losses: the losses and mean scores.
            quality: the quality of the samples, if it was measured.
            progress: the spent fraction of the budget, in [0, 1].
        """
        self.count({**losses, **(quality.as_metrics() if quality else {})}, progress)
        found = [*self._of_losses()]
        if quality is not None:
            found += self._of_quality(quality)
        new = [alarm for alarm in found if alarm.kind not in self._given]
        self._given.update(alarm.kind for alarm in new)
        return tuple(new)

    def count(self, line: Mapping[str, Any], progress: float) -> None:
        """Count in how many reports in a row each sign was present.

        A resumed run counts its earlier reports too, so that it gives the alarms of an
        uninterrupted one.

        Args:
            line: the report's line of ``metrics.jsonl``.
            progress: the fraction of the budget that was spent then, in [0, 1].
        """
        real, fake = number_in(line, "real_score"), number_in(line, "fake_score")
        if real is not None and fake is not None:
            self._count("won", real - fake > WON_GAP)
        variety, accuracy = number_in(line, "lowest_variety"), number_in(line, "label_accuracy")
        if variety is not None and progress >= GRACE:
            self._count("variety", variety < LOW_VARIETY)
            self._accuracies.append(accuracy)

    def _count(self, sign: str, present: bool) -> None:
        self._counts[sign] = self._counts.get(sign, 0) + 1 if present else 0

    def _of_losses(self) -> Iterator[Alarm]:
        if self._counts.get("won", 0) >= WON_REPORTS:
            yield Alarm(
                "discriminator has won",
                "The discriminator has won: it tells every fake from every real image, so the "
                "generator no longer learns.",
                "Start again with another --seed or a larger --batch. If it happens again, the "
                "images may be too few, or too similar.",
            )

    def _are_ignored(self, quality: Quality) -> bool:
        """Return whether the latest images rarely had what was requested."""
        judge_accuracy = quality.judge_accuracy
        least = judge_accuracy * (LOW_AT_ONCE if quality.by_attribute else LOW_ACCURACY)
        low = [one is not None and one < least for one in self._accuracies]
        return judge_accuracy >= TRUSTED_JUDGE and len(low) == BAD_MEASUREMENTS and all(low)

    def _of_quality(self, quality: Quality) -> Iterator[Alarm]:
        doubts = quality.near_chance if quality.label_accuracy is not None else ()
        if doubts and len(doubts) >= len(quality.by_attribute):
            yield Alarm(
                "labels look meaningless",
                max(doubts, key=lambda doubt: doubt.accuracy - doubt.chance).text,
                "Check that the labels stand in the order of the images. If there is nothing to "
                "learn from them, train with --model gan.",
            )
        elif doubts:
            yield Alarm(
                "attributes not seen",
                unseen_text(doubts),
                "Nobody can say whether the images obey them. Name the other columns with "
                "--condition, if these are not worth learning.",
            )
        name, lowest = min(quality.variety.items(), key=lambda item: item[1])
        if self._counts.get("variety", 0) >= BAD_MEASUREMENTS:
            whose = "" if name == ALL_CLASSES else f"of the class {name} "
            yield Alarm(
                "collapse",
                f"The images {whose}are nearly all alike: they differ {lowest:.0%} as much as "
                "real ones do.",
                "Start again with another --seed; the previews show when it began.",
            )
        if self._are_ignored(quality):
            what = "all that was requested" if quality.by_attribute else "the requested class"
            verb = "have" if quality.by_attribute else "are of"
            yield Alarm(
                "labels not obeyed",
                f"The labels are not obeyed: {quality.label_accuracy:.0%} of the images {verb} "
                f"{what}.",
                "Train longer, or with --model gan-cls, whose discriminator rejects wrong labels.",
            )


def number_in(line: Mapping[str, Any], name: str) -> float | None:
    """Return a number in a line of ``metrics.jsonl``; None if it is missing."""
    value = line.get(name)
    return float(value) if isinstance(value, (int, float)) else None
