"""How good images are: judges that know only real ones, and what they measure.

It may import ``engine.sampling`` and what that may import, and knows nothing of how a
generator was trained. Begin with ``evaluate``.
"""
