"""The stops of a morph, and the way between."""

import pytest

from ganctl.errors import UsageError
from ganctl.requests.conditions.asked import Between
from ganctl.requests.conditions.schema import Attribute, Captions, Quantity, Schema
from ganctl.requests.drawing.morph import stops_of, walk
from ganctl.requests.drawing.sample import Conditioning
from ganctl.requests.networks import NetworkSpec

HAIR = Attribute("hair", ("a+b", "red", "a,b"))
EYES = Attribute("eye s", ("blue", "x=y"))
SCHEMA = Schema((HAIR, EYES), (Quantity("angle", 0, 10),))
SPEC = NetworkSpec("modern", 8, 1, 0, 4, attributes=(3, 2), quantities=1)
FACES = Conditioning("cgan", (), SPEC, None, SCHEMA)
TALKER = Conditioning(
    "gan-cls",
    (),
    NetworkSpec("modern", 8, 1, 0, 4, words=5, caption_length=4, text_size=8),
    None,
    Schema(captions=Captions("caption", ("red", "hair", "short"), 4)),
)
GAN = Conditioning("gan", (), NetworkSpec("modern", 8, 1, 0, 4), None)


def texts(*paths, settings=()):
    return [stop.text for stop in stops_of(FACES, paths, settings)[0]]


@pytest.mark.parametrize(
    ("paths", "stops"),
    [
        (["hair=a+b,hair=red"], ["hair=a+b", "hair=red"]),
        (["hair=red+eye s=blue,hair=red"], ["hair=red, eye s=blue", "hair=red"]),
        (['hair="a,b",hair=red'], ["hair=a,b", "hair=red"]),
        (["hair=red:0.5,a+b:0.5,eye s=x=y"], ["hair=red:0.5,a+b:0.5", "eye s=x=y"]),
        (["angle=1,angle=2+hair=red", "angle=3"], ["angle=1", "hair=red, angle=2", "angle=3"]),
    ],
)
def test_commas_part_stops_and_plus_joins_settings(paths, stops):
    assert texts(*paths) == stops


def test_without_a_path_it_is_what_is_left_free():
    assert texts() == ["hair=a+b", "hair=red", "hair=a,b"]
    assert texts(settings=["hair=red"]) == ["hair=red, eye s=blue", "hair=red, eye s=x=y"]
    fixed = ["hair=red", "eye s=blue"]
    assert texts(settings=fixed)[1] == "hair=red, eye s=blue, angle=10"


def test_stops_are_reached_and_between_is_between():
    stops, _ = stops_of(FACES, ["hair=red,angle=3"])
    start, half, end = walk(stops, 3)
    assert (start, end) == stops
    assert isinstance(half, Between)
    assert (half.start, half.end, half.fraction) == (*stops, 0.5)
    assert half.text == "hair=red>angle=3@0.500"


def test_a_way_may_come_back():
    stops, notes = stops_of(TALKER, ["red hair", "short hair", "red hair"])
    assert [stop.text for stop in stops] == ["red hair", "short hair", "red hair"]
    assert not notes


@pytest.mark.parametrize(
    ("of", "paths", "settings", "message"),
    [
        (FACES, ["hair=red"], [], "two stops at least"),
        (FACES, [], ["hair=red", "eye s=blue", "angle=1"], "two stops at least"),
        (GAN, [], [], "knows none"),
        (GAN, [], ["hair=red"], "--set cannot steer"),
    ],
)
def test_no_way(of, paths, settings, message):
    with pytest.raises(UsageError, match=message):
        stops_of(of, paths, settings)
