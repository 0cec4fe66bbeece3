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
