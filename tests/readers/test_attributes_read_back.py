"""What ``sample`` writes of attributes, numbers and words is read back as the same."""

import io
import math
import shutil
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.errors import DataError
from ganctl.pictures.described import described_arrays
from ganctl.pictures.exports import npz_bytes
from ganctl.readers.reading import read
from ganctl.requests.conditions.captions import Caption
from ganctl.requests.conditions.schema import Attribute, Quantity, Schema
from ganctl.requests.conditions.settings import Settings
from ganctl.requests.data import ReadOptions
from tests.steered import save_faces, save_talker

ALL = ("hair", "eyes", "angle")


def train_part(path, condition=()):
    return read(path, ReadOptions(condition=condition), keep=False).parts["train"]


def told(part):
    """Return the pixels of each image with what is known of it, by name and in its own unit."""
    schema = part.described.schema
    first = len(schema.attributes)
    found = []
    for image, row in zip(part.images, part.described.values.tolist(), strict=True):
        named = {
            one.name: None if math.isnan(index) else one.values[int(index)]
            for one, index in zip(schema.attributes, row, strict=False)
        }
        numbers = {
            one.name: None if math.isnan(scaled) else round(one.number(scaled), 2)
            for one, scaled in zip(schema.quantities, row[first:], strict=True)
        }
        found.append((image.tobytes(), named | numbers))
    return sorted(found, key=lambda pair: pair[0])


def zipped(folder, path):
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.rglob("*"):
            archive.write(file, file.relative_to(folder))
    return path


def test_attributes_and_numbers_come_back_from_every_format(ganctl, tmp_path):
    faces = save_faces(tmp_path / "faces.safetensors")
    for out in ("a.npz", "folder"):
        assert ganctl("sample", faces, "--n", "40", "--out", tmp_path / out).code == 0
    arrays = told(train_part(tmp_path / "a.npz"))
    table = (tmp_path / "folder" / "labels.csv").read_text().splitlines()
    assert len(table) == 1 + len(arrays) == 41
    assert {name for _, said in arrays for name in said} == {*ALL}
    assert told(train_part(tmp_path / "a.npz", ALL)) == arrays
    # Few whole numbers are an attribute in a table, which cannot say otherwise.
    numbers = [(image, said | {"angle": f"{said['angle']:g}"}) for image, said in arrays]
    assert told(train_part(tmp_path / "folder", ALL)) == numbers
    assert told(train_part(zipped(tmp_path / "folder", tmp_path / "a.zip"), ALL)) == numbers


def test_numbers_with_fractions_come_back_from_a_folder(ganctl, tmp_path):
    faces = save_faces(tmp_path / "faces.safetensors")
    for angle in ("-12.25", "30.5", "77"):
        command = ("sample", faces, "--set", f"angle={angle}", "--n", "12")
        assert ganctl(*command, "--out", tmp_path / "folder").code == 0
    found = told(train_part(tmp_path / "folder", ("angle", "hair")))
    assert sorted({said["angle"] for _, said in found}) == [-12.25, 30.5, 77]
    assert {said["hair"] for _, said in found} <= {"blond", "light brown", "red"}
    assert len(found) == 36


def test_a_blend_comes_back_as_not_known(ganctl, tmp_path):
    faces = save_faces(tmp_path / "faces.safetensors")
    command = ("sample", faces, "--set", "hair=blond:0.5,red:0.5", "--n", "30")
    assert ganctl(*command, "--out", tmp_path / "a.npz").code == 0
    found = read(tmp_path / "a.npz", ReadOptions(), keep=False)
    assert told(found.parts["train"])[0][1].keys() == {"eyes", "angle"}
    assert "Attributes in which images do not differ are not used: hair." in found.remarks


def test_a_number_alone_is_a_condition(ganctl, tmp_path):
    faces = save_faces(tmp_path / "faces.safetensors")
    assert ganctl("sample", faces, "--n", "30", "--out", tmp_path / "a.npz").code == 0
    schema = train_part(tmp_path / "a.npz", ("angle",)).described.schema
    assert schema.names == ("angle",)
    assert train_part(tmp_path / "a.npz", ("eyes",)).classes == ("blue", "green")
    with pytest.raises(DataError, match="no attribute angel") as caught:
        train_part(tmp_path / "a.npz", ("angel",))
    assert "Did you mean angle?" in caught.value.hint


def test_samples_that_are_all_alike_have_nothing_to_learn(ganctl, tmp_path):
    faces = save_faces(tmp_path / "faces.safetensors")
    fixed = ("--set", "hair=red", "--set", "eyes=blue", "--set", "angle=30")
    assert ganctl("sample", faces, *fixed, "--n", "9", "--out", tmp_path / "a.npz").code == 0
    with pytest.raises(DataError, match="do not differ in hair, eyes, angle") as caught:
        train_part(tmp_path / "a.npz")
    assert "--model gan" in caught.value.hint
    free = read(tmp_path / "a.npz", ReadOptions(needs_labels=False), keep=False).parts["train"]
    assert (len(free.images), free.described) == (9, None)


def test_captions_come_back(ganctl, tmp_path):
    talker = save_talker(tmp_path / "talker.safetensors")
    asked = ("--text", "short red hair", "--text", "a hair, glasses", "--n", "3")
    for out in ("a.npz", "folder"):
        assert ganctl("sample", talker, *asked, "--out", tmp_path / out).code == 0
    arrays = train_part(tmp_path / "a.npz")
    words = ("short", "red", "hair", "a", "glasses")
    assert {*arrays.described.schema.captions.vocabulary} == {*words}
    folder = train_part(tmp_path / "folder", ("caption",))

    def pairs(part):
        said = part.described
        texts = [
            " ".join(said.schema.captions.vocabulary[n - 2] for n in row if n >= 2)
            for row in said.words.tolist()
        ]
        return sorted(zip([image.tobytes() for image in part.images], texts, strict=True))

    assert pairs(folder) == pairs(arrays)
    assert {text for _, text in pairs(arrays)} == {"short red hair", "a hair glasses"}
    shutil.rmtree(tmp_path / "folder")
    assert train_part(tmp_path / "a.npz", ("caption",)).described.schema.captions.name == "caption"


names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)


@st.composite
def schemas(draw):
    """Draw a schema with values of some images that differ in each part."""
    parts = draw(st.lists(names, min_size=1, max_size=4, unique_by=str.casefold))
    count = draw(st.integers(4, 9))
    attributes: list[Attribute] = []
    quantities: list[Quantity] = []
    columns: list[list[float]] = []
    for place, name in enumerate(parts):
        if name != "caption" and draw(st.booleans()):
            values = draw(st.lists(names, min_size=2, max_size=4, unique=True))
            attributes.append(Attribute(name, tuple(values)))
            index = st.integers(0, len(values) - 1).map(float) | st.just(math.nan)
            columns.insert(len(attributes) - 1, [0.0, 1.0, *draw(several(index, count - 2))])
        else:
            low = draw(st.floats(-1e6, 1e6))
            quantities.append(Quantity(f"{name}{place}", low, low + draw(st.floats(0.5, 1e6))))
            scaled = st.floats(-1, 1) | st.just(math.nan)
            columns.append([-1.0, 1.0, *draw(several(scaled, count - 2))])
    return Schema(tuple(attributes), tuple(quantities)), np.array(columns, np.float32).T


def several(strategy, count):
    return st.lists(strategy, min_size=count, max_size=count)


@given(schemas())
def test_whatever_a_schema_has_comes_back_from_arrays(tmp_path_factory, drawn):
    schema, values = drawn
    images = np.arange(len(values) * 64).astype(np.uint8).reshape(-1, 8, 8)
    arrays = described_arrays([Settings()] * len(values), values, schema)
    path = tmp_path_factory.mktemp("drawn") / "a.npz"
    path.write_bytes(npz_bytes({"images": images, **arrays}))
    said = train_part(path).described
    assert said.schema.names == schema.names
    first = len(schema.attributes)
    for place, (one, again) in enumerate(
        zip(schema.attributes, said.schema.attributes, strict=True)
    ):
        known = [None if math.isnan(i) else one.values[int(i)] for i in values[:, place]]
        found = said.values[:, place]
        assert [None if math.isnan(i) else again.values[int(i)] for i in found] == known
    for place, (one, again) in enumerate(
        zip(schema.quantities, said.schema.quantities, strict=True)
    ):
        numbers = [one.number(float(scaled)) for scaled in values[:, first + place]]
        found = [again.number(float(scaled)) for scaled in said.values[:, first + place]]
        span = one.high - one.low
        np.testing.assert_allclose(found, numbers, rtol=1e-5, atol=1e-5 * span)


def saved(tmp_path, **arrays):
    path = tmp_path / "a.npz"
    np.savez(path, images=np.arange(6 * 64).astype(np.uint8).reshape(6, 8, 8), **arrays)
    return path


NUMBERS = np.arange(6.0).reshape(6, 1)
TEXTS = np.array([f"a face with {i} hats" for i in range(6)])


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"quantities": NUMBERS[:5], "quantity_names": ["a"]}, "6 images and 5 labels"),
        ({"quantities": NUMBERS, "quantity_names": ["a", "b"]}, "2 names"),
        ({"quantities": NUMBERS[:, 0], "quantity_names": ["a"]}, "1 names"),
        ({"quantities": NUMBERS + math.inf, "quantity_names": ["a"]}, "infinite number of a"),
        ({"quantities": NUMBERS * 0, "quantity_names": ["a"]}, "do not differ in a"),
        ({"captions": TEXTS[:4]}, "6 images and 4 labels"),
        ({"captions": np.array(["…"] * 6)}, "no word in its captions"),
        ({"captions": np.array([b"\xff\xfe"] * 6)}, "a caption is no text"),
        ({"quantities": NUMBERS, "quantity_names": ["Caption"], "captions": TEXTS}, "same name"),
    ],
)
def test_arrays_that_cannot_be_used(tmp_path, arrays, said):
    with pytest.raises(DataError, match=said) as caught:
        train_part(saved(tmp_path, **arrays))
    assert len(caught.value.hint) > 10


def test_captions_beside_numbers_are_asked_for_alone(tmp_path):
    path = saved(tmp_path, quantities=NUMBERS, quantity_names=["a"], captions=TEXTS)
    assert train_part(path).described.schema.names == ("a",)
    assert train_part(path, ("caption",)).described.schema.captions.vocabulary[:2] == ("a", "face")
    with pytest.raises(DataError, match="exclude others"):
        train_part(path, ("caption", "a"))
    fewer = saved(tmp_path, quantities=NUMBERS, quantity_names=["a"], captions=TEXTS[:4])
    with pytest.raises(DataError, match="6 images, and 4 values of caption"):
        train_part(fewer, ("caption",))


def test_images_without_a_caption_are_left_out(tmp_path):
    texts = [*TEXTS[:4].tolist(), "", "—"]
    found = read(saved(tmp_path, captions=np.array(texts)), ReadOptions(), keep=False)
    assert found.left_out == {"no caption": 2}
    part = found.parts["train"]
    assert part.described is not None
    assert len(part.images) == len(part.described.words) == 4


def test_captions_are_told_as_they_are_written():
    asked = [Caption("a hat", (2, 3)), Caption("no hat", (4, 3))]
    found = np.load(
        io.BytesIO(npz_bytes(described_arrays(asked, np.empty((2, 0), np.float32), Schema())))
    )
    assert found["captions"].tolist() == ["a hat", "no hat"]
