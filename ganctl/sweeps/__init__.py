"""Sweeps: several trainings, each in a process of its own, and what comes out of them.

It may import everything but the command line. Begin with ``sweep.Sweep``, then
``conductor.conduct``.
"""
