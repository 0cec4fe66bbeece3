"""Untrained generators in the home of a test: of attributes, and of words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.steered import save_faces, save_talker, write_faces


@pytest.fixture
def faces(tmp_path: Path) -> str:
    """The path of a generator of hair, eyes and an angle, whose data are there."""
    data = write_faces(tmp_path / "data")
    return str(save_faces(tmp_path / "faces.safetensors", str(data)))


@pytest.fixture
def talker(tmp_path: Path) -> str:
    """The path of a generator of words."""
    return str(save_talker(tmp_path / "talker.safetensors"))
