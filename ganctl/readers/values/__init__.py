"""Numbers and texts of any kind to what a data set is made of: pixels, and classes.

It may import ``ganctl.requests``, ``ganctl.files`` and ``ganctl.errors``, no torch, and no other
module of the readers. Begin with ``levels.py``.
"""
