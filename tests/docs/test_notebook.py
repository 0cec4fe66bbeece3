"""The notebook of the site runs from its first cell to its last, and keeps outputs of its own."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parents[2] / "docs" / "how-to" / "notebook.ipynb"
SHORTER = ("steps=400", "steps=20")
MOST_BYTES = 500_000


def test_every_cell_was_executed_and_none_failed():
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    kinds = {output["output_type"] for cell in code for output in cell["outputs"]}
    assert kinds <= {"stream", "display_data", "execute_result"}
    streams = {output.get("name") for cell in code for output in cell["outputs"]}
    assert "stderr" not in streams
    assert NOTEBOOK.stat().st_size < MOST_BYTES


@pytest.mark.slow
# Jupyter's own client warns of what it does itself.
@pytest.mark.filterwarnings("ignore")
def test_it_runs(tmp_path, monkeypatch):
    reason = "executing a notebook needs Jupyter: pip install --group notebook"
    nbformat = pytest.importorskip("nbformat", reason=reason)
    client = pytest.importorskip("nbclient", reason=reason)
    pytest.importorskip("ipykernel", reason=reason)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("PYTHONPATH", str(NOTEBOOK.parents[2]), prepend=os.pathsep)
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert any(SHORTER[0] in cell.source for cell in notebook.cells)
    for cell in notebook.cells:
        cell.source = cell.source.replace(*SHORTER)
    resources = {"metadata": {"path": str(tmp_path)}}
    client.NotebookClient(notebook, timeout=300, resources=resources).execute()
    assert (tmp_path / "morph.gif").is_file()
    shown = [cell.outputs[-1] for cell in notebook.cells if cell.get("outputs")]
    assert sum("image/png" in output.get("data", {}) for output in shown) == 3
