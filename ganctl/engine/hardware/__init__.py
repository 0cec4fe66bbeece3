"""Where a step runs: the device, several processes that train together, CUDA graphs.

It may import ``engine.models`` and the rooms below the engine. Begin with ``devices``.
"""
