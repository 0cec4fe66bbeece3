"""Where things belong; nothing is created by asking."""

import platformdirs

from ganctl.files import paths


def test_the_environment_decides(monkeypatch, tmp_path):
    monkeypatch.setenv("GANCTL_HOME", str(tmp_path / "h"))
    monkeypatch.setenv("GANCTL_CACHE", str(tmp_path / "c"))
    assert paths.home() == tmp_path / "h"
    assert paths.runs_folder() == tmp_path / "h" / "runs"
    assert paths.cache() == tmp_path / "c"
    assert not (tmp_path / "h").exists()


def test_relative_and_tilde_homes(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANCTL_HOME", "here")
    assert paths.home() == tmp_path / "here"
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.setenv("GANCTL_HOME", "~/gans")
    assert str(paths.home()) == "/home/someone/gans"


def test_the_platform_decides_otherwise(monkeypatch):
    monkeypatch.delenv("GANCTL_HOME")
    monkeypatch.setenv("GANCTL_CACHE", "")
    assert paths.home() == platformdirs.user_data_path("ganctl", appauthor=False)
    assert paths.cache() == platformdirs.user_cache_path("ganctl", appauthor=False)


def test_assets_are_inside_the_package():
    assert (paths.ASSETS / "README.md").is_file()
    assert paths.PRETRAINED.parent == paths.ASSETS
