"""``ganctl evaluate``: a generator's images, judged beside real ones."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ganctl._version import __version__
from ganctl.engine.data.dataset import Dataset
from ganctl.engine.evaluation.cas import cas as cas_of_generated
from ganctl.engine.evaluation.cas import cas_of_real
from ganctl.engine.evaluation.generated import Samples, samples_like
from ganctl.engine.evaluation.judges import Judge, judges
from ganctl.engine.evaluation.measure import measure
from ganctl.engine.evaluation.reals import Reals, choose_count, reals_for
from ganctl.engine.evaluation.requested.caption_words import visible
from ganctl.engine.evaluation.requested.unseen import ask_for_unseen
from ganctl.engine.sampling.sampler import Sampler
from ganctl.errors import UsageError
from ganctl.readers.labelled import OnProgress
from ganctl.requests.conditions.labels import Label
from ganctl.requests.conditions.schema import Schema
from ganctl.requests.conditions.settings import parse_settings
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.evaluation.attributes import NOT_DESCRIBED, Described
from ganctl.runs.evaluation.evaluation import Evaluation
from ganctl.runs.evaluation.metrics import Figure
from ganctl.runs.locate import RunSource

DEFAULT_COUNT = 10_000


def evaluate(
    source: RunSource,
    *,
    n: int | None = None,
    cas: bool = False,
    settings: Sequence[str] = (),
    data: str | None = None,
    on_progress: OnProgress | None = None,
) -> Evaluation:
    """Judge the images of a generator beside held-out real ones.

    Args:
        source: the generator.
        n: the number of images; None takes 10,000, or as many as are held out.
        cas: also compute the classification accuracy score, which trains classifiers.
        settings: values of attributes such as ``hair=blond``; only images that have them are
            judged, samples and real ones.
        data: where the generator's training data lie now, if not where they were.
        on_progress: called with the work in progress and how much of it is done.

    Raises:
        CheckpointError: the weights cannot be read.
        DataError: the training data cannot be loaded, or have changed.
        TooFewImages: too few real images have these values.
        UsageError: ``n`` exceeds the held-out images, ``cas`` is for a model without labels, or
            a setting is none of this generator.
    """
    started = time.monotonic()
    sampler = Sampler.of(source)
    header = sampler.header
    asked = _asked(settings, header)
    if cas:
        _check_cas(header, settings)
    reals = reals_for(source, header, data=data, on_progress=on_progress)
    panel = judges(reals.train, reals.held_out, on_progress=on_progress)
    judged = reals.only(asked) if asked else reals
    count = choose_count(n, judged, DEFAULT_COUNT)
    reference, held_out = judged.subsets(count)
    samples = _samples(sampler, reals, held_out, panel, on_progress)
    unseen = None if asked else ask_for_unseen(sampler, reals, samples, panel, on_progress)
    results = [
        measure(judge, samples, reference, held_out, unseen) for judge in _told(panel, on_progress)
    ]
    found = Evaluation(
        run=source.reference,
        step=header.progress.step,
        n=count,
        judges=tuple(results),
        split=reals.split,
        seconds=0.0,
        model=header.model,
        data=reals.whole.name,
        fingerprint=reals.whole.fingerprint,
        classes=header.classes,
        ganctl_version=__version__,
        described=_described(reals, samples, header),
        settings=_names(asked, header.schema),
    )
    found = _with_cas(found, sampler, reals, on_progress) if cas else found
    return replace(found, seconds=round(time.monotonic() - started, 1))


def _told(panel: Sequence[Judge], on_progress: OnProgress | None) -> Iterator[Judge]:
    for done, judge in enumerate(panel):
        if on_progress is not None:
            on_progress("judging", done, len(panel))
        yield judge


def _samples(
    sampler: Sampler,
    reals: Reals,
    held_out: Dataset,
    panel: Sequence[Judge],
    on_progress: OnProgress | None,
) -> Samples:
    """Return samples with the conditions of held-out images, asked for what judges can see."""
    samples = samples_like(sampler, reals, held_out, "generating images", on_progress)
    if samples.values is None or reals.caption_words is None:
        return samples
    seen = [judge.predict(held_out.images).values for judge in panel]
    return replace(samples, values=visible(samples.values, seen))


def _described(reals: Reals, samples: Samples, header: CheckpointHeader) -> Described:
    if samples.values is None:
        return NOT_DESCRIBED
    schema = reals.train.schema
    return Described(schema.attributes, schema.quantities, bool(header.network.words))


def _asked(settings: Sequence[str], header: CheckpointHeader) -> dict[int, int]:
    """Return the index of the value of each attribute that is set, by the attribute's index.

    Raises:
        UsageError: a setting is none of this generator, a blend, or a number.
    """
    if not settings:
        return {}
    if not (header.network.label_size and header.schema.names):
        raise UsageError(
            "--set chooses images by their attributes, and this generator knows none.",
            "Leave it out, or name a run that was trained on attributes.",
        )
    values: dict[int, int] = {}
    for setting in parse_settings(settings, header.schema).named:
        if not isinstance(setting.value, Label) or setting.value.is_blend:
            raise UsageError(
                f"--set {setting.text} is no value that real images have.",
                "evaluate takes one value of an attribute, as the table has it.",
            )
        values[setting.place] = setting.value.index
    return values


def _names(values: Mapping[int, int], schema: Schema) -> dict[str, str]:
    attributes = ((schema.attributes[place], value) for place, value in values.items())
    return {attribute.name: attribute.values[value] for attribute, value in attributes}


def _check_cas(header: CheckpointHeader, settings: Sequence[str]) -> None:
    """Raise ``UsageError`` unless a generator has labels that a classifier can learn."""
    if settings:
        raise UsageError("--cas is of all images.", "Leave out --set, or --cas.")
    network = header.network
    if not (header.classes or network.attributes or network.words):
        raise UsageError(
            f"--cas needs labels, and --model {header.model} trains without them.",
            "Leave it out: the other metrics need none.",
        )


def _with_cas(
    found: Evaluation, sampler: Sampler, reals: Reals, on_progress: OnProgress | None
) -> Evaluation:
    of_samples = cas_of_generated(sampler, reals, on_progress)
    of_real = cas_of_real(sampler.header.network, reals, on_progress)
    by_attribute = {
        name: Figure(score, of_real.by_attribute[name])
        for name, score in of_samples.by_attribute.items()
        if name in of_real.by_attribute
    }
    scores = {"cas": Figure(of_samples.score, of_real.score)}
    return replace(found, scores=scores, cas_by_attribute=by_attribute)
