"""Judge a generator."""

from __future__ import annotations

import time

from ganctl._version import __version__
from ganctl.engine.data.labelled import OnProgress
from ganctl.engine.evaluation.cas import cas as cas_of_generated
from ganctl.engine.evaluation.cas import cas_of_real
from ganctl.engine.evaluation.generated import samples_like
from ganctl.engine.evaluation.judges import judges
from ganctl.engine.evaluation.measure import judge_result
from ganctl.engine.evaluation.reals import choose_count, reals_for
from ganctl.engine.sampling.sampler import Sampler
from ganctl.errors import UsageError
from ganctl.runs.evaluation import Evaluation
from ganctl.runs.locate import RunSource

COMPARED = 10_000


def evaluate(
    source: RunSource,
    *,
    n: int | None = None,
    cas: bool = False,
    on_progress: OnProgress | None = None,
) -> Evaluation:
    """Judge the images of a generator beside real ones that were held out.

    Args:
        source: whose images.
        n: how many; None takes 10,000, or as many real ones as are held out where these are fewer.
        cas: measure the classification accuracy score too, which trains classifiers.
        on_progress: told how far it got.

    Raises:
        CheckpointError: the weights cannot be read.
        DataError: the data that it was trained on cannot be loaded, or are other ones by now.
        UsageError: more images than are held out, or a score of labels for a model without them.
    """
    started = time.monotonic()
    sampler = Sampler.of(source)
    header = sampler.header
    if cas and not header.classes:
        raise UsageError(
            f"--cas needs labels, and --model {header.model} trains without them.",
            "Leave it out: the other measures need none.",
        )
    known = source.run.data.get("fingerprint") if source.run else None
    reals = reals_for(header, fingerprint=known, on_progress=on_progress)
    count = choose_count(n, reals, COMPARED)
    panel = judges(reals.train, reals.held_out, on_progress=on_progress)
    reference, held_out = reals.some(count)
    images, labels = samples_like(sampler, held_out, "drawing images", on_progress)
    judge_results = []
    for done, judge in enumerate(panel):
        if on_progress is not None:
            on_progress("judging", done, len(panel))
        judge_results.append(judge_result(judge, images, labels, reference, held_out))
    return Evaluation(
        run=source.reference,
        model=header.model,
        step=int(header.progress["step"]),
        data=header.data,
        fingerprint=reals.whole.fingerprint,
        ganctl_version=__version__,
        classes=header.classes,
        n=count,
        split=reals.split,
        judge_results=tuple(judge_results),
        cas=cas_of_generated(sampler, reals, on_progress) if cas else None,
        cas_real=cas_of_real(reals, on_progress) if cas else None,
        seconds=round(time.monotonic() - started, 1),
    )
