"""Training: the loop, one step of it, its state, and what it writes to the run's folder.

It may import every other room of the engine, and nothing else in the engine may
import it. Begin with ``loop.train``, then ``step.Step``.
"""
