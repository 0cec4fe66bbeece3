"""Are several attributes obeyed at once, also pairs never seen together, and what do they change?

    python -m benchmarks.quality.attributes RUN [RUN …] [--pair hair=blond,eyes=blue]

Two judges of real images with a head for each attribute look (those of ``ganctl evaluate``, trained
on all of DATA, whatever a run's own data leave out). Of each run it prints, by the worse judge:
how many of 10,000 samples with the attributes of test images have each attribute and all at once;
coverage and feature distance beside those of real images; how many of 500 samples of each pair
have both; in how many faces another attribute changes if one is changed while the seed stays;
and how far two seeds of the same attributes are apart in pixels, as a part of the distance of two
real faces with the same attributes. A run that learned captions gets 500 captions of test images,
20 seeds each, and is judged by the attributes that they name, and by how much the seeds vary in
what they do not.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from ganctl.engine.data import seeding
from ganctl.engine.data.dataset import Dataset, load
from ganctl.engine.evaluation.generated import Samples, samples_like, samples_of
from ganctl.engine.evaluation.judges import Judge, judges
from ganctl.engine.evaluation.measure import measure
from ganctl.engine.evaluation.reals import Reals, reals_of
from ganctl.engine.evaluation.requested.obeyed import both_right, obeyed
from ganctl.engine.sampling.sampler import Sampler
from ganctl.requests.conditions.schema import Schema
from ganctl.requests.data import ReadOptions
from ganctl.runs.evaluation.attributes import Obeyed, Pair
from ganctl.runs.locate import find_source

SAMPLES = 10_000
CAPTIONS = 500
PAIR_IMAGES = 500
CHANGED = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", metavar="RUN")
    parser.add_argument("--data", default="avatars", help="what the judges learn")
    parser.add_argument("--caption", default="caption", help="the column of captions")
    parser.add_argument("--pair", nargs="*", default=["hair=blond,eyes=blue"], dest="pairs")
    arguments = parser.parse_args()

    reals = reals_of(load(arguments.data))
    panel = judges(reals.train, reals.held_out)
    schema = reals.train.schema
    pairs = {text: pair_of(text, schema) for text in arguments.pairs}
    for judge in panel:
        seen = judge.predict(reals.held_out.images).values
        real = obeyed(schema, reals.held_out.values, seen)
        print(f"real test images by {judge.name}: {in_words(schema, real)}", flush=True)
    for run in arguments.runs:
        sampler = Sampler.of(find_source(run))
        if sampler.header.network.words:
            options = ReadOptions(condition=(arguments.caption,))
            of_words(run, sampler, reals_of(load(arguments.data, options)), panel)
        else:
            check_same(sampler.header.schema, schema)
            of_attributes(run, sampler, reals, panel, pairs)


def of_attributes(
    run: str, sampler: Sampler, reals: Reals, panel: Sequence[Judge], pairs: dict[str, Pair]
) -> None:
    held_out, schema = reals.held_out, reals.train.schema
    drawn = torch.randint(len(held_out), (SAMPLES,), generator=seeding.rng("rows"))
    samples = samples_of(sampler, held_out.values[drawn])
    report(run, samples, schema, panel)
    fidelity(run, samples_like(sampler, reals, held_out, ""), reals, held_out, panel)
    for text, pair in pairs.items():
        (one, k), (other, j) = pair
        values = held_out.values[drawn[:PAIR_IMAGES]].clone()
        values[:, one], values[:, other] = k, j
        images = samples_of(sampler, values).images
        shares = [both_right(pair, judge.predict(images).values) for judge in panel]
        print(f"{run}: {text}: both right in {lowest(shares):.2%}", flush=True)
    for place, attribute in enumerate(schema.attributes):
        share = changed(sampler, held_out.values[drawn[:CHANGED]], place, schema, panel)
        print(f"{run}: another {attribute.name} changes something else in {share:.2%}", flush=True)
    print(f"{run}: two seeds are {apart(sampler, held_out):.2f} as far apart as two real faces")


def of_words(run: str, sampler: Sampler, reals: Reals, panel: Sequence[Judge]) -> None:
    held_out = reals.held_out
    chosen = torch.randperm(len(held_out), generator=seeding.rng("captions"))[:CAPTIONS]
    said = held_out.part(chosen.repeat(SAMPLES // CAPTIONS))
    samples = samples_like(sampler, reals, said, "")
    report(run, samples, reals.train.schema, panel)
    left_open(run, samples, reals, panel[0])
    fidelity(run, samples_like(sampler, reals, held_out, ""), reals, held_out, panel)


def report(run: str, samples: Samples, schema: Schema, panel: Sequence[Judge]) -> None:
    """Print the figures of the judge that finds the fewest images all right."""
    assert samples.values is not None
    found = [
        obeyed(schema, samples.values, judge.predict(samples.images).values) for judge in panel
    ]
    worst = min(found, key=lambda one: one.at_once.value if one.at_once else 0.0)
    print(f"{run}: {len(samples.images):,} samples: {in_words(schema, worst)}", flush=True)


def left_open(run: str, samples: Samples, reals: Reals, judge: Judge) -> None:
    """Print how often two seeds of a caption differ in what it does not name, and two real faces.

    The samples are of ``CAPTIONS`` captions, once after the other and again with other seeds.
    """
    assert samples.values is not None
    held_out, schema = reals.held_out, reals.train.schema
    unnamed, of_real = samples.values[:CAPTIONS].isnan(), reals.named_values(held_out).isnan()
    seen = judge.predict(samples.images).values.unflatten(0, (-1, CAPTIONS))
    differ = (seen[1:] != seen[:-1]).double().mean(dim=0)
    for place in unnamed.any(dim=0).nonzero().flatten().tolist():
        values = held_out.values[of_real[:, place], place].long()
        shares = values.bincount() / len(values)
        print(
            f"{run}: {schema.attributes[place].name} not named: two seeds differ in "
            f"{differ[unnamed[:, place], place].mean().item():.0%}, two real faces in "
            f"{1 - shares.square().sum().item():.0%}",
            flush=True,
        )


def fidelity(
    run: str, samples: Samples, reals: Reals, held_out: Dataset, panel: Sequence[Judge]
) -> None:
    reference = reals.train_subset(len(held_out))
    for judge in panel:
        found = measure(judge, samples, reference, held_out)
        ours, real = found.samples.values, found.real.values
        print(
            f"{run}: by {judge.name}: coverage {ours['coverage']:.3f} "
            f"({ours['coverage'] / real['coverage']:.1%} of real), feature distance "
            f"{ours['feature_distance'] / real['feature_distance']:.2f} floors",
            flush=True,
        )


def changed(
    sampler: Sampler, values: Tensor, place: int, schema: Schema, panel: Sequence[Judge]
) -> float:
    """Return in how many faces a judge sees another attribute change when one is changed.

    Each face has its seed and its row of values [N, parts]; the attribute gets another value.
    """
    size = schema.sizes[place]
    steps = torch.randint(1, size, (len(values),), generator=seeding.rng("changed", place))
    others = values.clone()
    others[:, place] = (values[:, place] + steps) % size
    before, after = samples_of(sampler, values).images, samples_of(sampler, others).images
    rest = [k for k in range(len(schema.sizes)) if k != place]
    shares = [
        (judge.predict(before).values[:, rest] == judge.predict(after).values[:, rest]).all(dim=1)
        for judge in panel
    ]
    return 1 - lowest(shares)


def apart(sampler: Sampler, held_out: Dataset) -> float:
    """Return the mean distance of two samples of the same values, as a part of that of real images.

    As many pairs are formed of samples as of real images, with the same values.
    """
    _, groups = torch.unique(held_out.values, dim=0, return_inverse=True)
    order = groups.argsort(stable=True)
    same = groups[order[:-1]] == groups[order[1:]]
    one, other = order[:-1][same], order[1:][same]
    images = samples_of(sampler, held_out.values[torch.cat([one, other])]).images
    return distance(images[: len(one)], images[len(one) :]) / distance(
        held_out.images[one], held_out.images[other]
    )


def distance(one: Tensor, other: Tensor) -> float:
    """Return the mean Euclidean distance in pixels of images [N, …] to others, one to one."""
    apart: Tensor = (one.float() - other.float()).flatten(1).square().sum(dim=1).sqrt()
    return apart.mean().item()


def lowest(rights: Sequence[Tensor]) -> float:
    return min(right.double().mean().item() for right in rights)


def in_words(schema: Schema, found: Obeyed) -> str:
    parts = [f"{schema.attributes[k].name} {right:.2%}" for k, right in found.accuracies.items()]
    at_once = f"all at once {found.at_once.value:.2%}" if found.at_once else "nothing was asked for"
    return ", ".join([*parts, at_once])


def pair_of(text: str, schema: Schema) -> Pair:
    """Return the pair of ``hair=blond,eyes=blue``."""
    places = []
    for part in text.split(","):
        name, _, value = part.partition("=")
        place = schema.names.index(name)
        places.append((place, schema.attributes[place].values.index(value)))
    one, other = sorted(places)
    return one, other


def check_same(theirs: Schema, ours: Schema) -> None:
    """Stop unless a run has the attributes of the data, in the same order."""
    if replace(theirs, rows=(), counts=()) != replace(ours, rows=(), counts=()):
        raise SystemExit("the run knows other attributes than the data have")


if __name__ == "__main__":
    main()
