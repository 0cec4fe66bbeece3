"""The command line: it parses what was typed, calls the engine, and draws what comes back.

It may import every other room, and nothing imports it. Begin with ``app``, then read
one command in ``commands/``.
"""
