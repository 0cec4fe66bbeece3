"""Images and labels in memory, and the random numbers that choose among them.

It may import ``requests``, ``pictures`` and ``files``, and no other room of the engine. Begin
with ``dataset``, which has the table of sources.
"""
