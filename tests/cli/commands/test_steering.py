"""``--set`` and ``--text``: ``sample`` of attributes and of words."""

import csv
import json
import shlex
from pathlib import Path

import numpy as np
import pytest

from ganctl.pictures.images import read_image, read_metadata
from ganctl.readers.reading import read
from ganctl.requests.data import ReadOptions


def table(folder):
    with Path(folder, "labels.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_folder_for_what_is_fixed_and_a_table_of_all(ganctl, faces):
    result = ganctl("sample", faces, "--set", "Hair=blond", "--set", "angle=30", "--n", "4")
    assert result.out.strip() == "samples/faces"
    rows = table("samples/faces")
    assert [row["file"] for row in rows] == [
        f"hair-blond_angle-30/seed000{seed}.png" for seed in range(4)
    ]
    assert {(row["hair"], row["angle"]) for row in rows} == {("blond", "30")}
    assert {row["eyes"] for row in rows} == {"blue", "green"}
    assert all(Path("samples/faces", row["file"]).exists() for row in rows)


def test_more_samples_of_a_folder_join_its_table(ganctl, faces):
    for setting in ("hair=blond", "hair=red", "hair=red"):
        assert ganctl("sample", faces, "--set", setting, "--n", "2", "--out", "some").code == 0
    rows = table("some")
    assert [row["hair"] for row in rows] == ["blond", "blond", "red", "red"]
    assert [row["file"][:9] for row in rows] == ["hair-blon", "hair-blon", "hair-red/", "hair-red/"]


def test_another_table_in_the_way_stops_all_before_anything_is_written(ganctl, faces):
    Path("some").mkdir()
    Path("some/labels.csv").write_text("file,colour\na.png,red\n")
    result = ganctl("sample", faces, "--out", "some")
    assert (result.code, [path.name for path in Path("some").iterdir()]) == (1, ["labels.csv"])
    assert "other columns than file, hair, eyes, angle" in result.err


def test_nothing_fixed_draws_from_the_rows_of_the_data(ganctl, faces):
    assert ganctl("sample", faces, "--n", "40").code == 0
    rows = table("samples/faces")
    assert {row["hair"] for row in rows} == {"blond", "red", "light brown"}
    assert {row["file"].split("/")[0] for row in rows} == {"any"}


def test_what_was_written_is_read_back_as_the_same(ganctl, faces):
    ganctl("sample", faces, "--n", "30", "--out", "some")
    found = read(Path("some").absolute(), ReadOptions(), None, keep=False).parts["train"]
    assert found.described is not None
    schema = found.described.schema
    by_name = {attribute.name: set(attribute.values) for attribute in schema.attributes}
    assert by_name["hair"] == {"blond", "red", "light brown"}
    assert len(found.images) == 30


def test_the_same_person_with_other_hair(ganctl, faces):
    for hair in ("blond", "red"):
        ganctl("sample", faces, "--set", f"hair={hair}", "--n", "20", "--out", hair)
    others = [[(row["eyes"], row["angle"]) for row in table(hair)] for hair in ("blond", "red")]
    assert others[0] == others[1]


def test_arrays_say_what_each_image_is(ganctl, faces):
    ganctl("sample", faces, "--set", "hair=red:0.5,blond:0.5", "--n", "3", "--out", "a.npz")
    with np.load("a.npz") as arrays:
        assert set(arrays) == {
            "images", "seeds", "attributes", "attribute_names", "attribute_values", "quantities",
            "quantity_names", "ganctl",
        }  # fmt: skip
        assert arrays["attributes"].dtype == np.int64
        assert (arrays["attributes"][:, 0] == -1).all()
        assert set(arrays["attributes"][:, 1]) <= {0, 1}
        assert arrays["attribute_names"].tolist() == ["hair", "eyes"]
        assert json.loads(arrays["attribute_values"][0]) == ["blond", "light brown", "red"]
        assert set(arrays["quantities"][:, 0]) <= {-90, 0, 90}
        assert arrays["quantity_names"].tolist() == ["angle"]


def test_a_blend_is_not_known_in_a_table(ganctl, faces):
    ganctl("sample", faces, "--set", "hair=red:0.5,blond:0.5", "--out", "some")
    (row,) = table("some")
    assert row["hair"] == ""
    assert row["file"] == "hair-redx0.5-blondx0.5/seed0000.png"


@pytest.mark.parametrize(
    "options",
    [
        ["--set", "hair=light brown", "--set", "eyes=blue:0.25,green:0.75", "--seed", "3"],
        ["--n", "3"],
    ],
)
def test_the_command_in_a_picture_makes_it_again(ganctl, faces, options):
    ganctl("sample", faces, *options, "--out", "a.png")
    command = shlex.split(read_metadata(Path("a.png"))["command"])
    assert ganctl("info", "a.png").code == 0
    assert ganctl(*[word.replace("FILE", "again") for word in command[1:]]).code == 0
    assert np.array_equal(read_image(Path("a.png")), read_image(Path("again.png")))


def test_settings_change_the_picture_and_what_is_drawn_does_not_matter(ganctl, faces):
    ganctl("sample", faces, "--n", "30", "--out", "free")
    row = table("free")[0]
    words = [
        word for name in ("hair", "eyes", "angle") for word in ("--set", f"{name}={row[name]}")
    ]
    ganctl("sample", faces, *words, "--out", "same.png")
    same = read_image(Path("same.png"))
    assert np.array_equal(same, read_image(Path("free", row["file"])))
    other = next(hair for hair in ("blond", "red") if hair != row["hair"])
    ganctl("sample", faces, *words[2:], "--set", f"hair={other}", "--out", "other.png")
    assert not np.array_equal(same, read_image(Path("other.png")))


def test_json_says_what_was_asked(ganctl, faces, talker):
    said = json.loads(ganctl("sample", faces, "--set", "HAIR=2", "--json").out)
    assert said["set"] == ["hair=red"]
    assert "labels" not in said
    said = json.loads(ganctl("sample", talker, "--text", "red  hair", "--json").out)
    assert said["text"] == ["red hair"]


def test_words_have_a_folder_each(ganctl, talker):
    result = ganctl("sample", talker, "--text", "short red hair", "--text", "a zebra", "--n", "2")
    assert result.code == 0
    assert "no training caption has zebra" in result.err
    rows = table("samples/talker")
    assert [(row["file"], row["caption"]) for row in rows] == [
        ("a-zebra/seed0000.png", "a zebra"),
        ("a-zebra/seed0001.png", "a zebra"),
        ("short-red-hair/seed0000.png", "short red hair"),
        ("short-red-hair/seed0001.png", "short red hair"),
    ]
    found = read(Path("samples/talker").absolute(), ReadOptions(condition=("caption",)), None,
                 keep=False).parts["train"]  # fmt: skip
    assert found.described is not None
    assert found.described.schema.captions is not None
    assert found.described.schema.captions.name == "caption"


def test_arrays_have_captions(ganctl, talker):
    Path("some.txt").write_text("red hair\nglasses\n")
    ganctl("sample", talker, "--text", "some.txt", "--out", "a.npz")
    with np.load("a.npz") as arrays:
        assert set(arrays) == {"images", "seeds", "captions", "ganctl"}
        assert arrays["captions"].tolist() == ["red hair", "glasses"]


def test_the_command_in_a_picture_of_words_makes_it_again(ganctl, talker):
    ganctl("sample", talker, "--text", '-red hair, "short"', "--out", "a.png")
    command = shlex.split(read_metadata(Path("a.png"))["command"])
    assert ganctl(*[word.replace("FILE", "again") for word in command[1:]]).code == 0
    assert np.array_equal(read_image(Path("a.png")), read_image(Path("again.png")))


BAD_SETTINGS = [
    (["--set", "hiar=red"], "Did you mean hair?"),
    (["--set", "hair=rde"], "Did you mean red?"),
    (["--set", "hair=red", "--set", "hair=blond"], "there twice"),
    (["--set", "hair"], "--set hair=blond"),
    (["--set", "angle=100"], "from -90 to 90"),
    (["--set", "angle=nan"], "no number"),
    (["--digit", "3"], "--set hair=blond"),
    (["--text", "red hair"], "--set hair=blond"),
    (["--format", "idx"], "labels.csv"),
]


@pytest.mark.parametrize(("options", "message"), BAD_SETTINGS)
def test_bad_settings_write_nothing(ganctl, faces, options, message):
    result = ganctl("sample", faces, *options)
    assert result.code == 2
    assert message in " ".join(result.err.split())
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--text", ""], "has no words"),
        (["--text", "zebra"], "no word that the generator knows"),
        (["--text", "red " * 300_000], "at most 10,000"),
        (["--set", "hair=red"], "--text 'short red hair'"),
        (["--digit", "3"], "--text 'short red hair'"),
        (["--text", "gone.txt"], "There is no file"),
        ([], "sample needs words"),
    ],
)
def test_bad_words_write_nothing(ganctl, talker, options, message):
    result = ganctl("sample", talker, *options)
    assert result.code in (1, 2)
    assert message in " ".join(result.err.split())
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(("option", "value"), [("--set", "hair=red"), ("--text", "red hair")])
def test_a_run_of_classes_says_what_to_write_instead(ganctl, trained, option, value):
    result = ganctl("sample", option, value)
    assert result.code == 2
    assert f"{option} cannot steer this generator" in result.err
    assert "--class down" in result.err
    assert list(Path().iterdir()) == []


WRONG = [
    ("sample", "--set", "hair=pink"),
    ("sample", "--set", "hair=9"),
    ("sample", "--set", 'hair="red'),
    ("sample", "--set", "hair=red:0.5,blue:0.5"),
    ("sample", "--set", "hair=all"),
    ("sample", "--set", "nose=long"),
    ("sample", "--set", "angle=far"),
    ("montage", "--rows", "nose"),
    ("montage", "--rows", "hair", "--columns", "hair"),
    ("gif", "--mode", "morph", "--path", "hair=pink,hair=red"),
    ("gif", "--mode", "morph", "--path", "hair=red"),
]


@pytest.mark.parametrize("words", WRONG)
def test_no_error_on_attributes_speaks_of_class_names(ganctl, faces, words):
    command, *options = words
    result = ganctl(command, faces, *options)
    assert (result.code, result.out) == (2, "")
    assert "class" not in result.err.lower()


@pytest.mark.parametrize("command", ["sample", "montage", "gif", "evaluate"])
def test_help_has_an_example_of_attributes_or_words(ganctl, command):
    shown = ganctl(command, "--help").out.rpartition("Examples:")[2]
    assert "hair" in shown
