"""Before any run, the bundled generator stands in, and says so."""

import numpy as np

from ganctl.files import paths

NOTE = "note: there is no run yet, so this uses pretrained/mnist\n"


def test_sample_montage_and_info_use_it(ganctl):
    assert ganctl("sample", "--digit", "7", "--n", "2").out == "samples/pretrained-mnist\n"
    for command in (["sample", "--digit", "7"], ["montage"], ["info"]):
        result = ganctl(*command)
        assert result.code == 0
        assert result.err == NOTE


def test_morph_uses_it_too(ganctl):
    result = ganctl("gif", "--mode", "morph", "--path", "3,8", "--frames", "3")
    assert (result.code, result.err) == (0, NOTE)


def test_the_faces_stand_in_where_an_attribute_is_asked_for(ganctl):
    asked = ["--set", "hair=blond", "--set", "eyes=blue"]
    drawn = ganctl("sample", *asked, "--n", "2")
    assert (drawn.out, drawn.err) == (
        "samples/pretrained-avatars\n",
        NOTE.replace("mnist", "avatars"),
    )
    for command in (
        ["montage", "--rows", "hair", "--columns", "eyes"],
        ["gif", "--mode", "morph", "--path", "hair=blond,hair=red", "--frames", "3"],
    ):
        result = ganctl(*command)
        assert (result.code, result.err) == (0, NOTE.replace("mnist", "avatars"))


def test_the_faces_of_words_stand_in_where_words_are(ganctl):
    note = NOTE.replace("mnist", "avatars-words")
    for command in (
        ["sample", "--text", "long red hair, glasses, smiling", "--n", "2"],
        ["montage", "--text", "short black hair"],
        ["gif", "--mode", "morph", "--path", "red hair", "--path", "blond hair", "--frames", "3"],
    ):
        result = ganctl(*command)
        assert (result.code, result.err) == (0, note)


def test_the_faces_have_what_words_say(ganctl):
    assert (paths.PRETRAINED / "avatars-words.safetensors").stat().st_size < 4_000_000
    fringe = {}
    for colour in ("blond", "blue"):
        asked = ["--text", f"long {colour} hair", "--n", "50", "--out", f"{colour}.npz"]
        assert ganctl("sample", "pretrained/avatars-words", *asked).code == 0
        with np.load(f"{colour}.npz") as arrays:
            fringe[colour] = arrays["images"][:, 3:6, 10:22].astype(float).mean(axis=(0, 1, 2))
    red, _, blue = fringe["blue"] - fringe["blond"]
    assert blue > 20 > -20 > red


def test_the_faces_have_the_hair_that_is_asked_for(ganctl):
    path = paths.PRETRAINED / "avatars.safetensors"
    assert path.stat().st_size < 4_000_000
    fringe = {}
    for hair in ("blond", "blue"):
        file = f"{hair}.npz"
        ganctl("sample", "pretrained/avatars", "--set", f"hair={hair}", "--n", "50", "--out", file)
        with np.load(file) as arrays:
            fringe[hair] = arrays["images"][:, 3:6, 10:22].astype(float).mean(axis=(0, 1, 2))
    red, _, blue = fringe["blue"] - fringe["blond"]
    assert blue > 20 > -20 > red


def test_it_is_asked_for_by_name_without_a_note(ganctl, trained):
    result = ganctl("info", "pretrained/mnist")
    assert (result.code, result.err) == (0, "")


def test_it_is_small_and_made_of_all_digits(ganctl):
    path = paths.PRETRAINED / "mnist.safetensors"
    assert path.stat().st_size < 4_000_000
    ganctl("sample", "--digit", "all", "--n", "20", "--out", "a.npz")
    with np.load("a.npz") as arrays:
        images, labels = arrays["images"].astype(float), arrays["labels"]
    means = np.stack([images[labels == digit].mean(axis=0) for digit in range(10)])
    # Nearly every image lies nearest to the mean of its own class.
    distances = ((images[:, None] - means) ** 2).sum(axis=(2, 3))
    assert (distances.argmin(axis=1) == labels).mean() > 0.75
