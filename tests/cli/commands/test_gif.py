"""``ganctl gif``: the training's previews, or classes that melt into each other."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from ganctl.pictures import previews
from ganctl.pictures.images import read_image


def animation(path):
    """Return the frames as grey arrays, and the milliseconds of all but the last, which stays."""
    with Image.open(path) as picture:
        frames, durations = [], []
        for frame in ImageSequence.Iterator(picture):
            frame.load()
            frames.append(np.asarray(frame.convert("L")))
            durations.append(frame.info["duration"])
        assert durations[-1] == 1500
        (duration,) = set(durations[:-1])
        return frames, duration


def below_title(frame, picture):
    """Return what is as large as a picture, without the title above."""
    assert frame.shape[0] > picture.shape[0]
    return frame[-picture.shape[0] :, : picture.shape[1]]


def test_training_strings_the_previews_together(ganctl, trained):
    assert ganctl("gif", "--scale", "1").out == "training-lines-scale-1.gif\n"
    frames, duration = animation("training-lines-scale-1.gif")
    assert duration == 200
    assert len(frames) == len(trained.previews()) == 5
    titles = set()
    for frame, preview in zip(frames, trained.previews(), strict=True):
        image = read_image(preview)
        assert np.array_equal(below_title(frame, image), image)
        titles.add(frame[: -len(image)].tobytes())
    assert len(titles) == 5


def test_it_works_from_any_folder(ganctl, trained, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert ganctl("gif", "runs/latest").code == 0
    assert [path.name for path in Path().iterdir()] == ["training-lines.gif"]


def test_frames_picks_some_and_both_ends(ganctl, trained):
    ganctl("gif", "--frames", "2", "--fps", "10", "--scale", "3", "--out", "a.gif")
    frames, duration = animation("a.gif")
    assert (len(frames), duration) == (2, 100)
    height, width = 3 * (2 * 9 + 1), 3 * (10 * 9 + 1)
    for frame, preview in zip(frames, trained.previews()[::4], strict=True):
        sheet = read_image(preview)[-height // 3 :, -width // 3 :]
        assert np.array_equal(frame[-height:, -width:][1::3, 1::3], sheet)


@pytest.mark.parametrize("ending", ["gif", "webp", "apng"])
def test_kinds(ganctl, trained, ending):
    assert ganctl("gif", "--fps", "4", "--scale", "1", "--out", f"a.{ending}").code == 0
    frames, duration = animation(f"a.{ending}")
    assert duration == 250
    for frame, preview in zip(frames, trained.previews(), strict=True):
        image = read_image(preview)
        assert np.array_equal(below_title(frame, image), image)


def test_morph_begins_and_ends_at_its_stops(ganctl, trained):
    result = ganctl(
        "gif", "--mode", "morph", "--path", "down,across", "--frames", "5", "--scale", "1"
    )
    assert result.out == "morph-lines-down-across-frames-5-scale-1.gif\n"
    frames, _ = animation("morph-lines-down-across-frames-5-scale-1.gif")
    assert len(frames) == 5
    for frame, label in ((frames[0], "down"), (frames[-1], "across")):
        ganctl("montage", "-c", label, "--no-names", "--scale", "1", "--out", f"{label}.png")
        row = read_image(Path(f"{label}.png"))
        sheet = frame[-(2 * 9 + 1) :, : 5 * 9 + 1]
        assert np.array_equal(sheet[: 8 + 2], row[:, : 5 * 9 + 1])


def test_morph_through_all_classes_by_default(ganctl, trained):
    ganctl("gif", "--mode", "morph")
    assert len(animation("morph-lines.gif")[0]) == 9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--mode", "mrph"], "no mode 'mrph'"),
        (["--path", "0,1"], "--path belongs to --mode morph"),
        (["--mode", "morph", "--path", "0"], "two classes at least"),
        (["--mode", "morph", "--path", "0,9"], "Class 9 is out of range"),
        (["--mode", "morph", "--path", ""], "no class ''"),
        (["--fps", "0"], "--fps 0"),
        (["--frames", "1"], "--frames 1"),
        (["--scale", "0"], "--scale 0"),
        (["--out", "a.avi"], "an animation's ending"),
        (["--seed", "1"], "--seed belongs to --mode morph"),
        (["--mode", "morph", "--seed", "-1"], "--seed -1"),
        (["--out", "-", "--json"], "both write to stdout"),
    ],
)
def test_bad_requests_write_nothing(ganctl, trained, options, message):
    result = ganctl("gif", *options)
    assert result.code == 2
    assert message in result.err
    assert list(Path().iterdir()) == []


def test_a_run_without_previews(ganctl, trained):
    for path in trained.previews():
        path.unlink()
    result = ganctl("gif")
    assert result.code == 1
    assert "has no previews" in result.err


def test_no_run_at_all(ganctl):
    result = ganctl("gif")
    assert result.code == 1
    assert "There is no run yet" in result.err
    assert "--mode morph" in result.err


def test_a_bundled_generator_has_no_previews(ganctl):
    result = ganctl("gif", "pretrained/mnist")
    assert result.code == 1
    assert "pretrained/mnist has no previews" in result.err


def test_nothing_is_overwritten(ganctl, trained):
    Path("a.gif").write_text("mine")
    assert ganctl("gif", "--out", "a.gif").code == 1
    assert Path("a.gif").read_text() == "mine"
    assert ganctl("gif", "--out", "a.gif", "--force").code == 0


def test_a_training_without_labels_has_its_animation(ganctl, trained_gan):
    assert ganctl("gif", "--scale", "1").out == "training-free-scale-1.gif\n"
    frames, _ = animation("training-free-scale-1.gif")
    assert {frame[-91:, :91].shape for frame in frames} == {(91, 91)}
    assert len(frames) == 5


def test_without_labels_there_is_nothing_to_walk_through(ganctl, trained_gan):
    result = ganctl("gif", "--mode", "morph")
    assert result.code == 2
    assert "--model gan knows none" in result.err
    assert "--mode training" in result.err
    assert list(Path().iterdir()) == []


def test_morph_through_what_categories_mean(ganctl, trained_infogan):
    ganctl("gif", "--mode", "morph", "--path", "down,across", "--frames", "3", "--scale", "1")
    frames, _ = animation("morph-coded-down-across-frames-3-scale-1.gif")
    ganctl("montage", "-c", "down", "--no-names", "--scale", "1", "--out", "down.png")
    assert np.array_equal(frames[0][-19:, :46][:10], read_image(Path("down.png"))[:, :46])


def test_a_training_that_goes_back_meanwhile(ganctl, trained, monkeypatch):
    """As one does that is resumed after a crash: it forgets what came after its checkpoint."""
    last = trained.previews()[-1]

    def rewound(path):
        last.unlink(missing_ok=True)
        return read_image(path)

    monkeypatch.setattr(previews, "read_image", rewound)
    assert ganctl("gif", "--scale", "1", "--out", "a.gif").code == 0
    assert len(animation("a.gif")[0]) == 4


def test_a_preview_that_cannot_be_read(ganctl, trained):
    trained.previews()[-1].write_bytes(b"x")
    result = ganctl("gif")
    assert result.code == 1
    assert trained.previews()[-1].name in result.err


def test_frames_that_are_too_large_together_are_refused(ganctl):
    options = ["--mode", "morph", "--path", "3,8", "--frames", "300", "--scale", "40"]
    result = ganctl("gif", "pretrained/mnist", *options)
    assert result.code == 2
    assert "error: 300 frames of this size are too large together." in result.err


def test_another_seed_morphs_others(ganctl, trained):
    options = ["--mode", "morph", "--path", "0,1", "--frames", "2", "--scale", "1", "--no-names"]
    for seed in ("0", "5"):
        ganctl("gif", *options, "--seed", seed, "--out", f"{seed}.gif")
    first, shifted = (animation(f"{seed}.gif")[0][0] for seed in ("0", "5"))
    assert np.array_equal(first[9:], shifted[:10])
    assert not np.array_equal(first[:10], shifted[:10])


def test_without_names_frames_are_bare(ganctl, trained):
    ganctl("gif", "--scale", "1", "--no-names", "--out", "a.gif")
    frames, _ = animation("a.gif")
    for frame, preview in zip(frames, trained.previews(), strict=True):
        assert np.array_equal(frame, read_image(preview)[-19:, -91:])


def test_a_video_needs_its_extra(ganctl, trained, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    result = ganctl("gif", "--out", "a.mp4")
    assert result.code == 2
    assert "pip install 'ganctl[video]'" in result.err
    assert list(Path().iterdir()) == []


@pytest.mark.skipif(not importlib.util.find_spec("av"), reason="needs PyAV")
def test_a_video(ganctl, trained):
    assert ganctl("gif", "--out", "a.mp4", "--fps", "8").out == "a.mp4\n"
    out = ganctl("info", "a.mp4").out
    assert "ganctl gif lines --mode training --fps 8 --out FILE.mp4" in out
