"""The door to torchvision opens beside any build of torch, and downloads report through it."""

import importlib
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import ModuleType

import pytest

from ganctl.engine.data import torchvision_door as vision
from ganctl.errors import GanctlError


@pytest.mark.process
def test_a_torchvision_built_for_another_torch_is_imported_all_the_same():
    """In a new process, where nothing has been imported or declared yet."""
    code = (
        "from ganctl.engine.data import torchvision_door as t; d = t.datasets(); "
        "import torchvision.transforms, torchvision.utils; print(d.FashionMNIST.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "FashionMNIST\n", done.stderr


def test_it_may_be_asked_for_twice():
    assert vision.datasets() is vision.datasets()


def test_the_missing_operators_are_declared_only_then(monkeypatch):
    declared = []
    attempts = iter([RuntimeError("operator torchvision::nms does not exist"), None])

    datasets = ModuleType("datasets")

    def import_once():
        error = next(attempts)
        if error:
            raise error
        return datasets

    monkeypatch.setattr(vision, "_import_datasets", import_once)
    monkeypatch.setattr(vision, "_declare_missing_operators", lambda: declared.append(True))
    assert vision.datasets() is datasets
    assert declared == [True]


@pytest.mark.parametrize("error", [ImportError("no torchvision"), RuntimeError("another fault")])
def test_other_faults_are_told(monkeypatch, error):
    def fail():
        raise error

    monkeypatch.setattr(vision, "_import_datasets", fail)
    with pytest.raises(GanctlError, match=str(error)) as caught:
        vision.datasets()
    assert "--data mnist" in caught.value.hint


class HundredKilobytes(BaseHTTPRequestHandler):
    """Answers every request with the same bytes."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(bytes(100_000))

    def log_message(self, *_):
        pass


def test_downloads_report_bytes_and_leave_torchvision_as_it_was(tmp_path):
    vision.datasets()
    utils = importlib.import_module("torchvision.datasets.utils")
    original = utils.tqdm
    reports = []
    with HTTPServer(("127.0.0.1", 0), HundredKilobytes) as server:
        threading.Thread(target=server.handle_request).start()
        with vision.download_progress(lambda done, total: reports.append((done, total))):
            utils._urlretrieve(f"http://127.0.0.1:{server.server_port}/", tmp_path / "copy.bin")
    assert reports[-1] == (100_000, 100_000)
    assert reports == sorted(reports)
    assert (tmp_path / "copy.bin").read_bytes() == bytes(100_000)
    assert utils.tqdm is original
