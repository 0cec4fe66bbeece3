"""The page's scripts draw what Python draws, within 1 of 255, for every kind of generator."""

import numpy as np
import pytest

from benchmarks.pages.compute import NODE, in_page, in_python
from ganctl.requests.conditions.asked import Between
from ganctl.requests.conditions.captions import parse_text
from ganctl.requests.conditions.codes import Codes
from ganctl.requests.conditions.labels import UNLABELLED, parse_labels
from ganctl.requests.conditions.settings import Settings, parse_settings
from ganctl.runs.locate import find_source
from tests.pages.nets import CLASSES, KINDS, save_kind
from tests.steered import CAPTIONS, FACES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NODE is None, reason="there is no node to run the page's scripts in"),
]
WORDS = (
    "short red hair",
    "RED  hair, glasses’ a unknown other a",
    "nothing known but a",
    "a hair short red glasses a hair",
    "it’s a Ħaır — glasses",
)
SEEDS = [*range(12), 2**31, 2**53 - 1]


def asked_of_kind(kind):
    """Return several things to ask of a kind of generator."""
    spec, _ = KINDS[kind]
    if spec.words:
        captions = parse_text(WORDS, CAPTIONS, files=False, once=False)[0]
        return [*captions, Between(captions[0], captions[1], 0.3)]
    if spec.has_parts:
        texts = [
            ["hair=red"],
            ["eyes=green", "angle=30"],
            ["hair=blond:0.25,red:0.75"],
            ["hair=red:0.5,blond:0.5", "eyes=blue", "angle=-90"],
            ["angle=77.7"],
        ]
        return [Settings(), *(parse_settings(each, FACES) for each in texts)]
    if spec.classes or spec.categories:
        return list(parse_labels(["0", "1", "2", "0:0.7,2:0.3"], CLASSES).labels)
    return [UNLABELLED]


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_are_within_one_of_pythons(kind, tmp_path):
    source = find_source(str(save_kind(kind, tmp_path)))
    asked = asked_of_kind(kind)
    pairs = [(each, seed) for each in asked for seed in SEEDS]
    wanted, seeds = [each for each, _ in pairs], [seed for _, seed in pairs]
    codes = Codes(None, {2: -1.25}) if KINDS[kind][0].continuous else Codes()
    expected = in_python(source, wanted, seeds, truncation=0.8, codes=codes).astype(int)
    assert expected.std() > 10
    drawn = in_page(source, wanted, seeds, truncation=0.8, codes=codes)
    differences = np.abs(drawn.images - expected)
    assert differences.max() <= 1


@pytest.mark.parametrize("name", ["mnist", "avatars", "avatars-words"])
def test_bundled_generators_draw_a_hundred_seeds(name):
    source = find_source(f"pretrained/{name}")
    from ganctl.requests.drawing.sample import asked_of
    from ganctl.runs.checkpoint_header import read_checkpoint_header

    asked, _ = asked_of(read_checkpoint_header(source.checkpoint).conditioning)
    wanted = [asked[seed % len(asked)] for seed in range(100)]
    expected = in_python(source, wanted, range(100)).astype(int)
    assert np.abs(in_page(source, wanted, range(100)).images - expected).max() <= 1
