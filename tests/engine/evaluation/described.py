"""Tiny pictures of lines that are described: two attributes, a number, and a caption each."""

from dataclasses import replace

import torch

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.evaluation.classifiers import Predictions
from ganctl.engine.evaluation.reals import reals_of
from ganctl.engine.sampling.sampler import Sampler
from ganctl.requests.budget import Progress
from ganctl.requests.conditions.schema import Attribute, Captions, Quantity, Schema
from ganctl.requests.networks import NetworkSpec
from ganctl.runs.checkpoint_header import CheckpointHeader

LINE = Attribute("line", ("across", "down"))
SHADE = Attribute("shade", ("dark", "mid", "light"))
PLACE = Quantity("place", 0, 60)
GREYS = (80, 160, 255)
WORDS = ("a", "line", "across", "down", "without", "dark", "grey", "light", "shade")
CAPTIONS = Captions("said", WORDS, 6)
SAID = {"across": "across", "down": "down", "dark": "dark", "mid": "grey", "light": "light"}
SCHEMA = Schema((LINE, SHADE), (PLACE,))


def picture(line, shade, place):
    image = torch.zeros(1, 8, 8, dtype=torch.uint8)
    row = 1 + round(place / 12)
    if line == 0:
        image[0, row] = GREYS[shade]
    else:
        image[0, :, row] = GREYS[shade]
    return image


def words_of(*words):
    numbers = [2 + WORDS.index(word) for word in words]
    return torch.tensor(numbers + [0] * (CAPTIONS.length - len(numbers)), dtype=torch.int32)


def lines(count, schema=SCHEMA, leave_out=()):
    """Return pictures of every combination in turn, but for pairs of line and shade left out."""
    every = [
        (line, shade, place)
        for place in range(0, 61, 12)
        for shade in range(3)
        for line in range(2)
        if (line, shade) not in leave_out
    ]
    rows = [every[k % len(every)] for k in range(count)]
    numbers = [[line, shade, PLACE.scaled(place)] for line, shade, place in rows]
    captions = [
        words_of("a", SAID[SHADE.values[shade]], "line", SAID[LINE.values[line]])
        for line, shade, _ in rows
    ]
    return Dataset(
        "lines",
        torch.stack([picture(*row) for row in rows]),
        torch.zeros(count, dtype=torch.int64),
        ("images",),
        schema=schema,
        values=torch.tensor(numbers)[:, : len(schema.names)],
        words=torch.stack(captions)
        if schema.captions
        else torch.empty(count, 0, dtype=torch.int32),
    )


def reals(count=216, held_out=72, schema=SCHEMA, leave_out=()):
    whole = lines(count, schema, leave_out)
    return reals_of(replace(whole, test=lines(held_out, schema)))


def header_of(schema, model="cgan"):
    parts = {"attributes": schema.sizes, "quantities": len(schema.quantities)}
    if schema.captions:
        parts = {"words": 2 + len(WORDS), "caption_length": CAPTIONS.length, "text_size": 8}
    if model == "gan":
        parts = {}
    spec = NetworkSpec("modern", 8, 1, 0, 16, **parts)
    progress = Progress(step=1, images_seen=1, seconds=1.0)
    return CheckpointHeader("1", model, "modern", "lines", (), spec, progress, schema=schema)


class Painter(Sampler):
    """A generator that draws what it is asked for, as ``paint`` makes of the values asked for.

    What is not asked for is the first value, and half of the range.
    """

    def __init__(self, schema, paint=lambda line, shade, place: (line, shade, place), model="cgan"):
        self.header = header_of(schema, model)
        self.paint = paint
        self.asked = []

    def images_of(self, conditions, seeds):
        assert len(conditions) == len(seeds)
        assert list(seeds) == list(range(len(seeds)))
        rows = []
        for condition in conditions:
            row = self._of_words(condition[0]) if condition.ndim == 2 else self._of_parts(condition)
            self.asked.append(row)
            rows.append(picture(*self.paint(*row)))
        yield torch.stack(rows)

    def batches_of(self, pairs, **_options):
        from ganctl.engine.sampling.sampler import SampleBatch

        labels, seeds = zip(*pairs, strict=True)
        yield SampleBatch(
            labels,
            seeds,
            torch.stack([picture(0, 0, 0) for _ in seeds]),
            torch.empty(len(seeds), 0),
        )

    def _of_parts(self, condition):
        line, shade = condition[:2].argmax().item(), condition[2:5].argmax().item()
        place = PLACE.number(condition[5].item()) if len(condition) > 5 else 30
        return line, shade, place

    def _of_words(self, caption):
        said = {WORDS[int(number) - 2] for number in caption[1:] if number}
        line = int("down" in said)
        shade = next((k for k, value in enumerate(SHADE.values) if SAID[value] in said), 0)
        return line, shade, 30


class Reader:
    """A judge that sees what there is to see, by measuring the line."""

    real_accuracy = 1.0

    def __init__(self, schema, name="reader"):
        self.name, self.checksum, self.schema = name, name, schema

    def predict(self, pixels):
        values = [self._seen(image[0].long()) for image in pixels]
        return Predictions(torch.tensor(values), pixels[:, 0, ::2, ::2].flatten(1).float() / 64)

    def _seen(self, image):
        line = int((image[0] > 0).sum() == 1)
        shade = GREYS.index(int(image.max()))
        row = int((image[0] if line else image[:, 0]).argmax())
        if self.schema.attributes != SCHEMA.attributes:
            said = {SAID[LINE.values[line]], SAID[SHADE.values[shade]]}
            return [float(word.name in said) for word in self.schema.attributes]
        return [line, shade, *[PLACE.scaled(12.0 * (row - 1))] * len(self.schema.quantities)]
