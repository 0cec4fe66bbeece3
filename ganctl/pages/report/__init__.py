"""The report on a run: what it draws, how good that is, how it came to be, and how to do it again.

It may import ``pages``, ``runs``, ``pictures`` and ``requests``, and no torch. Begin with ``page``;
each other module but ``markup`` is a section of it.
"""
