"""How good a generator is: ``evaluation.json``, its metrics, and its tables.

It may import ``requests`` and what that may import, and no torch. Begin with ``evaluation``; a new
metric is a row of ``metrics``.
"""
