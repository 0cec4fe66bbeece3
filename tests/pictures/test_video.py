"""Videos, where PyAV is installed; what they carry is read without it."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.errors import FileError, UsageError
from ganctl.pictures.animations import Kind, animation_bytes, animation_kind
from ganctl.pictures.carried import made_by
from ganctl.pictures.video import read_comment, video_bytes

needs_pyav = pytest.mark.skipif(not importlib.util.find_spec("av"), reason="needs PyAV")
SAID = {"ganctl": "1", "command": "ganctl gif x --out FILE.mp4"}


@pytest.fixture
def no_pyav(monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)


@pytest.mark.usefixtures("no_pyav")
def test_without_pyav_the_extra_is_named():
    with pytest.raises(UsageError, match=r"x.mp4 needs PyAV") as caught:
        animation_kind(Path("x.mp4"))
    assert "pip install 'ganctl[video]'" in caught.value.hint


@needs_pyav
@pytest.mark.parametrize("shape", [(17, 31), (16, 32, 3)])
def test_a_video_is_what_browsers_play(tmp_path, shape):
    import av

    frames = [np.full(shape, 60 * number, np.uint8) for number in range(4)]
    path = tmp_path / "x.mp4"
    path.write_bytes(animation_bytes(frames, 8, Kind.MP4, SAID))
    with av.open(str(path)) as video:
        stream = video.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (32, 18 if shape[0] == 17 else 16)
        assert stream.average_rate == 8
        greys = [frame.to_ndarray(format="gray")[4, 4] for frame in video.decode(stream)]
    assert len(greys) == 3 + 12
    assert np.abs(np.array(greys[:4], int) - [0, 60, 120, 180]).max() <= 12
    assert max(greys[3:]) - min(greys[3:]) <= 2
    assert made_by(path) == SAID
    assert path.read_bytes().index(b"moov") < 100


@needs_pyav
def test_a_video_may_say_nothing(tmp_path):
    (tmp_path / "x.mp4").write_bytes(video_bytes([np.zeros((16, 16), np.uint8)], 5, 1.0))
    with pytest.raises(FileError, match="does not say how it was made"):
        made_by(tmp_path / "x.mp4")


def box(name, content):
    return (8 + len(content)).to_bytes(4, "big") + name + content


def with_comment(text):
    """Return an MP4 by hand that has nothing but a comment."""
    data = box(b"data", bytes(8) + text)
    meta = box(b"meta", bytes(4) + box(b"ilst", box(b"\xa9cmt", data)))
    return box(b"ftyp", b"isom") + box(b"moov", box(b"mvhd", bytes(9)) + box(b"udta", meta))


def test_a_comment_is_found_without_a_library(tmp_path):
    (tmp_path / "x.mp4").write_bytes(with_comment(b"say"))
    assert read_comment(tmp_path / "x.mp4") == "say"


@given(content=st.binary(max_size=80), cut=st.integers(0, 100), place=st.integers(0, 60))
def test_a_damaged_video_has_a_comment_or_none(tmp_path_factory, content, cut, place):
    whole = bytearray(with_comment(b'{"ganctl": "1"}'))
    whole[place : place + len(content)] = content
    path = tmp_path_factory.getbasetemp() / "damaged.mp4"
    for damaged in (content, bytes(whole[:cut]), bytes(whole)):
        path.write_bytes(damaged)
        found = read_comment(path)
        assert found is None or isinstance(found, str)


@pytest.mark.parametrize("content", [b"", b"x" * 99, box(b"moov", b""), with_comment(b"{")])
def test_foreign_videos_are_refused(tmp_path, content):
    (tmp_path / "x.mp4").write_bytes(content)
    with pytest.raises(FileError, match="does not say how it was made"):
        made_by(tmp_path / "x.mp4")


def test_boxes_without_an_end_come_to_one(tmp_path):
    (tmp_path / "x.mp4").write_bytes(box(b"free", b"") * 5000 + with_comment(b"x"))
    assert read_comment(tmp_path / "x.mp4") is None
