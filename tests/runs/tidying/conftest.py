"""Three runs in the home of a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganctl.requests.training import TrainRequest
from ganctl.runs.run import Run


@pytest.fixture
def runs(home: Path) -> dict[str, Path]:
    """The folders of demo, demo-two and other; ``latest`` means other."""
    made = {}
    for name in ("demo", "demo-two", "other"):
        run = Run.new(home / "runs" / name, TrainRequest(steps=10))
        run.begin({"name": "mnist", "classes": ["a", "b"], "count": 100}, {"generator": 5})
        (run.folder / "checkpoints").mkdir()
        run.checkpoint_path(1).write_bytes(name.encode())
        made[name] = run.folder
    return made
