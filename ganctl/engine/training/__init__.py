"""From a run's folder to a trained generator in it: the loop, a step, and what is kept.

It may import every other room of the engine. Begin with ``loop``, then ``step``.
"""
