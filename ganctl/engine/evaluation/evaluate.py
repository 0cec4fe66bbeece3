"""``ganctl evaluate``: a generator's images, judged beside real ones."""

from __future__ import annotations

import time

from ganctl._version import __version__
from ganctl.engine.evaluation.cas import cas as cas_of_generated
from ganctl.engine.evaluation.cas import cas_of_real
from ganctl.engine.evaluation.generated import samples_like
from ganctl.engine.evaluation.judges import judges
from ganctl.engine.evaluation.measure import measure
from ganctl.engine.evaluation.reals import choose_count, reals_for
from ganctl.engine.sampling.sampler import Sampler
from ganctl.errors import UsageError
from ganctl.readers.labelled import OnProgress
from ganctl.runs.evaluation.evaluation import Evaluation
from ganctl.runs.evaluation.metrics import Figure
from ganctl.runs.locate import RunSource

DEFAULT_COUNT = 10_000


def evaluate(
    source: RunSource,
    *,
    n: int | None = None,
    cas: bool = False,
    data: str | None = None,
    on_progress: OnProgress | None = None,
) -> Evaluation:
    """Judge the images of a generator beside held-out real ones.

    Args:
        source: the generator.
        n: the number of images; None takes 10,000, or as many as real ones are held out if these
            are fewer.
        cas: also compute the classification accuracy score, which trains classifiers.
        data: where the generator's training data lie now, if not where they were.
        on_progress: called with the work in progress and how much of it is done.

    Raises:
        CheckpointError: the weights cannot be read.
        DataError: the training data cannot be loaded, or have changed.
        UsageError: ``n`` exceeds the held-out images, or ``cas`` is for a model without labels.
    """
    started = time.monotonic()
    sampler = Sampler.of(source)
    header = sampler.header
    if cas and not header.classes:
        raise UsageError(
            f"--cas needs labels, and --model {header.model} trains without them.",
            "Leave it out: the other metrics need none.",
        )
    reals = reals_for(source, header, data=data, on_progress=on_progress)
    count = choose_count(n, reals, DEFAULT_COUNT)
    panel = judges(reals.train, reals.held_out, on_progress=on_progress)
    reference, held_out = reals.subsets(count)
    images, labels = samples_like(sampler, held_out, "generating images", on_progress)
    results = []
    for done, judge in enumerate(panel):
        if on_progress is not None:
            on_progress("judging", done, len(panel))
        results.append(measure(judge, images, labels, reference, held_out))
    scores = {}
    if cas:
        of_samples = cas_of_generated(sampler, reals, on_progress)
        scores["cas"] = Figure(of_samples, cas_of_real(reals, on_progress))
    return Evaluation(
        run=source.reference,
        step=header.progress.step,
        n=count,
        judges=tuple(results),
        split=reals.split,
        seconds=round(time.monotonic() - started, 1),
        model=header.model,
        data=reals.whole.name,
        fingerprint=reals.whole.fingerprint,
        classes=header.classes,
        ganctl_version=__version__,
        scores=scores,
    )
