"""Everything that needs torch: data, networks, objectives, training and sampling.

The engine knows no terminal: it takes a configuration, yields reports and
batches of pixels, and raises ``GanctlError``.
"""
