"""Where training runs: the device and its number format, several processes, CUDA graphs.

It may import the rooms below the engine and nothing of the engine; only
``engine.training`` imports it. Begin with ``devices``, then ``distributed``.
"""
