"""A bundled generator draws what its run draws, from a smaller file that names no folder."""

import runpy
import sys
import warnings

import numpy as np

import ganctl
from ganctl.requests.networks import CodeMap
from scripts import bundle_generator
from scripts.bundle_generator import bundle


def test_a_bundle_draws_almost_the_same_pictures(trained, tmp_path):
    path = tmp_path / "lines.safetensors"
    size = bundle("lines", path)
    assert size == path.stat().st_size
    assert size < trained.latest_checkpoint().stat().st_size / 4
    whole, small = (ganctl.load(name).sample("all", 10) for name in ("lines", path))
    assert np.abs(whole.astype(int) - small.astype(int)).max() <= 2
    assert ganctl.load(path).header.data == "lines.npz"


def test_a_bundle_knows_what_categories_mean(trained_infogan, tmp_path, monkeypatch, capsys):
    path = tmp_path / "coded.safetensors"
    monkeypatch.setattr(sys, "argv", ["bundle", "coded", str(path)])
    with warnings.catch_warnings():
        # The module is imported already, above.
        warnings.simplefilter("ignore", RuntimeWarning)
        runpy.run_path(bundle_generator.__file__, run_name="__main__")
    assert capsys.readouterr().out == f"{path}: {path.stat().st_size:,} bytes\n"
    whole, small = (ganctl.load(name) for name in ("coded", path))
    assert small.header.code_map == whole.header.code_map == CodeMap((1, 0), 0.25)
    for codes in ({}, {"c1": -2, "c2": 0.5}):
        pair = [generator.sample("all", 5, codes=codes).astype(int) for generator in (whole, small)]
        assert np.abs(pair[0] - pair[1]).max() <= 2
    assert np.array_equal(small.sample("down", 3), small.sample(n=3, codes={"c0": 0}))


def test_a_bundle_without_labels(trained_gan, tmp_path):
    path = tmp_path / "free.safetensors"
    bundle("free", path)
    whole, small = (ganctl.load(name).sample(n=10).astype(int) for name in ("free", path))
    assert np.abs(whole - small).max() <= 2
