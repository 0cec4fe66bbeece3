"""Numbers and texts of any kind to what a data set is made of: pixels, and classes.

It may import ``pictures``, ``requests`` and ``files``, no torch and no other reader. Begin with
``levels``, then ``shapes`` and ``labels``.
"""
