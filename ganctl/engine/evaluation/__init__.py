"""How good generated images are: judges that learned from real images alone, and the metrics.

It may import ``engine.sampling`` and what that may import, and knows nothing of how a
generator was trained. Begin with ``evaluate``; a new metric is computed in ``measure``.
"""
