"""What a run's figures go to beside ``metrics.jsonl``: a ``.csv``, TensorBoard.

It may import ``pictures``, ``runs`` and what they import, and no other room of the engine. Begin
with ``trackers``.
"""
