"""What is kept of a run, readable without torch: runs, headers, evaluations.

It may import ``requests`` and ``files``. Begin with ``run``.
"""
