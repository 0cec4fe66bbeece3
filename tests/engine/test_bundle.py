"""A bundled generator draws what its run draws, from a smaller file that names no folder."""

import numpy as np

import ganctl
from ganctl.engine.bundle import bundle


def test_a_bundle_draws_almost_the_same_pictures(trained, tmp_path):
    path = tmp_path / "lines.safetensors"
    size = bundle("lines", path)
    assert size == path.stat().st_size
    assert size < trained.latest_checkpoint().stat().st_size / 4
    whole, small = (ganctl.load(name).sample("all", 10) for name in ("lines", path))
    assert np.abs(whole.astype(int) - small.astype(int)).max() <= 2
    assert ganctl.load(path).card.data == "lines.npz"
