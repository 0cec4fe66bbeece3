"""``montage`` and ``gif`` of attributes and of words."""

import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from ganctl.pictures.images import read_image, read_metadata

BARE = ("--no-names", "--scale", "1")
SIZE = 8


def cells(path, rows, columns):
    """Return the images of a sheet without names drawn at scale 1."""
    sheet = read_image(Path(path))
    assert sheet.shape == (rows * (SIZE + 1) + 1, columns * (SIZE + 1) + 1)
    return [
        [sheet[r * (SIZE + 1) + 1 :][:SIZE, c * (SIZE + 1) + 1 :][:, :SIZE] for c in range(columns)]
        for r in range(rows)
    ]


def one(ganctl, run, *options):
    assert ganctl("sample", run, *options, "--out", "one.png", "--force").code == 0
    return read_image(Path("one.png"))


def test_two_attributes_against_each_other(ganctl, faces):
    result = ganctl("montage", faces, "--rows", "hair", "--columns", "EYES", "--seed", "4", *BARE)
    assert result.out == "montage-faces-hair-EYES-seed-4-scale-1-no-names.png\n"
    grid = cells("montage-faces-hair-EYES-seed-4-scale-1-no-names.png", 3, 2)
    asked = ("--set", "hair=red", "--set", "eyes=blue", "--seeds", "4")
    assert np.array_equal(grid[2][0], one(ganctl, faces, *asked))


def test_by_default_rows_are_the_values_of_the_first_attribute(ganctl, faces):
    ganctl("montage", faces, *BARE, "--cols", "4", "--out", "a.png")
    grid = cells("a.png", 3, 4)
    red = one(ganctl, faces, "--set", "hair=red", "--seeds", "3")
    assert np.array_equal(grid[2][3], red)
    ganctl("montage", faces, *BARE, "--cols", "4", "--set", "hair=red", "--out", "b.png")
    blue = one(ganctl, faces, "--set", "hair=red", "--set", "eyes=blue", "--seeds", "3")
    assert np.array_equal(cells("b.png", 2, 4)[0][3], blue)


def test_columns_alone_have_a_row_for_each_seed(ganctl, faces):
    ganctl("montage", faces, *BARE, "--columns", "hair", "--cols", "2", "--out", "a.png")
    red = one(ganctl, faces, "--set", "hair=red", "--seeds", "1")
    assert np.array_equal(cells("a.png", 2, 3)[1][2], red)


def test_numbers_are_evenly_spaced(ganctl, faces):
    ganctl("montage", faces, *BARE, "--rows", "eyes", "--columns", "angle", "--cols", "5",
           "--out", "a.png")  # fmt: skip
    grid = cells("a.png", 2, 5)
    asked = ("--set", "eyes=green", "--set", "angle=45")
    assert np.array_equal(grid[1][3], one(ganctl, faces, *asked))


def test_all_that_is_fixed_leaves_the_seeds(ganctl, faces):
    fixed = ("--set", "hair=red", "--set", "eyes=blue")
    ganctl("montage", faces, *BARE, *fixed, "--cols", "3", "--out", "a.png")
    assert np.array_equal(cells("a.png", 10, 3)[1][1], one(ganctl, faces, *fixed, "--seeds", "4"))


def test_a_row_for_each_caption(ganctl, talker):
    words = ("--text", "red hair", "--text", "glasses")
    ganctl("montage", talker, *words, "--cols", "2", *BARE, "--out", "a.png")
    glasses = one(ganctl, talker, "--text", "glasses", "--seeds", "1")
    assert np.array_equal(cells("a.png", 2, 2)[1][1], glasses)
    assert ganctl("montage", talker, "--cols", "2", *BARE, "--out", "b.png").code == 0
    cells("b.png", 2, 2)


def test_names_are_written_unless_they_are_not_wanted(ganctl, faces, talker, trained):
    def has_names(*options):
        assert ganctl("montage", *options, "--cols", "2", "--out", "a.png", "--force").code == 0
        return read_image(Path("a.png"))[0, 0] == 255

    assert has_names(faces)
    assert has_names(talker)
    assert not has_names(faces, "--no-names")
    assert has_names("lines")
    assert has_names("lines", "--names")
    assert not has_names("lines", "--no-names")


@pytest.mark.parametrize(
    "options",
    [
        ["--rows", "hair", "--columns", "eyes", "--set", "angle=20", "--seed", "2"],
        ["--columns", "hair", "--no-names"],
        ["--real", "--cols", "2"],
    ],
)
def test_the_command_in_a_sheet_makes_it_again(ganctl, faces, options):
    ganctl("montage", faces, *options, "--out", "a.png")
    command = shlex.split(read_metadata(Path("a.png"))["command"])
    assert ganctl(*[word.replace("FILE", "again") for word in command[1:]]).code == 0
    assert np.array_equal(read_image(Path("a.png")), read_image(Path("again.png")))


def test_real_images_have_the_values_and_nothing_is_grey(ganctl, faces):
    result = ganctl("montage", faces, "--rows", "hair", "--columns", "eyes", "--real", *BARE,
                    "--out", "a.png")  # fmt: skip
    assert result.code == 0
    grid = cells("a.png", 3, 2)
    assert (grid[0][0] == 128).all()
    greys = [[int(np.median(cell)) for cell in row] for row in grid]
    assert all(30 <= row[0] <= 70 and 130 <= row[1] <= 170 for row in greys[1:])


def test_real_images_near_a_number(ganctl, faces):
    ganctl("montage", faces, "--rows", "hair", "--set", "angle=90", "--set", "eyes=green",
           "--real", "--cols", "1", *BARE, "--out", "a.png")  # fmt: skip
    grid = cells("a.png", 3, 1)
    assert [int(np.median(row[0])) for row in grid] == [110, 140, 170]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--rows", "hiar"], "Did you mean hair?"),
        (["--rows", "hair", "--columns", "hair"], "--rows and --columns both name hair."),
        (["--rows", "angle", "--columns", "ANGLE"], "--rows and --columns both name angle."),
        (["--rows", "hair", "--set", "hair=red"], "--rows hair lays hair out, and --set fixes it."),
        (["--columns", "hair", "--set", "hair=red"], "--columns hair lays hair out, and --set"),
        (["--digit", "3"], "--set hair=blond"),
        (["--real", "--set", "eyes=blue:0.5,green:0.5"], "no real images of a blend"),
        (["--set", "hair=blond", "--set", "eyes=blue", "--real"], "has no image with"),
    ],
)
def test_bad_sheets_write_nothing(ganctl, faces, options, message):
    result = ganctl("montage", faces, *options)
    assert result.code in (1, 2)
    assert message in " ".join(result.err.split())
    assert list(Path().iterdir()) == []


def test_a_run_without_attributes_has_no_rows_to_name(ganctl, trained, talker):
    assert "--class down" in ganctl("montage", "--rows", "hair").err
    assert "--text 'short red hair'" in ganctl("montage", talker, "--columns", "hair").err
    assert "not words" in ganctl("montage", talker, "--real").err


def frames_of(path):
    with Image.open(path) as picture:
        for frame in ImageSequence.Iterator(picture):
            yield np.asarray(frame.convert("RGB"))[..., 0]


def morphed(ganctl, run, *options):
    path = Path("a.apng")
    result = ganctl("gif", run, "--mode", "morph", *options, *BARE, "--out", path, "--force")
    assert result.code == 0, result.err
    return list(frames_of(path))


@pytest.mark.parametrize(
    "path",
    [["hair=blond,hair=red"], ["hair=blond", "hair=red"], ["hair=blond+eyes=blue,hair=red"]],
)
def test_a_morph_of_attributes_ends_at_its_stops(ganctl, faces, path):
    stops = [word for each in path for word in ("--path", each)]
    fixed = [] if "eyes" in path[0] else ["--set", "eyes=blue"]
    frames = morphed(ganctl, faces, *stops, *fixed, "--frames", "3")
    first = one(ganctl, faces, "--set", "hair=blond", "--set", "eyes=blue")
    assert np.array_equal(frames[0][1:9, 1:9], first)
    assert len(frames) == 3
    half = one(ganctl, faces, "--set", "hair=blond:0.5,red:0.5", "--set", "eyes=blue")
    if fixed:
        assert np.abs(frames[1][1:9, 1:9].astype(int) - half).max() <= 1


def test_a_morph_of_words(ganctl, talker):
    frames = morphed(ganctl, talker, "--path", "red hair", "--path", "glasses", "--frames", "5")
    assert np.array_equal(frames[0][1:9, 1:9], one(ganctl, talker, "--text", "red hair"))
    assert np.array_equal(frames[4][1:9, 1:9], one(ganctl, talker, "--text", "glasses"))
    assert not np.array_equal(frames[2], frames[0])


def test_a_morph_goes_through_the_first_attribute_by_itself(ganctl, faces, talker):
    assert len(morphed(ganctl, faces)) == 17
    assert len(morphed(ganctl, faces, "--set", "hair=red")) == 9
    assert len(morphed(ganctl, talker)) == 9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--path", "hair=blond"], "two stops at least"),
        (["--path", "hair=blond,red"], "Write each as hair=VALUE"),
        (["--path", "hair=blond,hair=pink"], "hair has no value 'pink'"),
        (["--path", "hair=blond,hair=red", "--set", "hair=red"], "Name it in one of them"),
        (["--path", "3,8"], "has no ="),
    ],
)
def test_bad_paths_write_nothing(ganctl, faces, options, message):
    result = ganctl("gif", faces, "--mode", "morph", *options)
    assert result.code == 2
    assert message in " ".join(result.err.split())
    assert list(Path().iterdir()) == []


def test_previews_have_no_path_and_no_settings(ganctl, trained):
    for option, value in (("--path", "0,1"), ("--set", "hair=red")):
        assert f"{option} belongs to --mode morph" in ganctl("gif", option, value).err


def test_the_name_of_a_morph_says_its_way(ganctl, faces, talker):
    brief = ["--mode", "morph", "--frames", "2", "--scale", "1"]
    way = ["--path", "hair=blond,hair=red", "--set", "eyes=blue"]
    assert ganctl("gif", faces, *brief).out == "morph-faces-frames-2-scale-1.gif\n"
    assert ganctl("gif", faces, *brief, *way).out == (
        "morph-faces-hair-blond-hair-red-eyes-blue-frames-2-scale-1.gif\n"
    )
    words = ["--path", "red hair", "--path", "a hair"]
    assert ganctl("gif", talker, *brief, *words).out == (
        "morph-talker-red-hair-a-hair-frames-2-scale-1.gif\n"
    )
