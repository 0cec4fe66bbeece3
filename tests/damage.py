"""What may become of a run's header."""

import json


def damage(run, **changes):
    """Put other values into ``run.json``."""
    path = run.folder / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
