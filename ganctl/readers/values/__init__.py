"""Numbers and texts of any kind to what a data set is made of: pixels, and classes.

It may import ``pictures``, ``requests`` and ``files``, of the readers ``labelled`` alone, and no
torch. Begin with ``levels``, then ``shapes`` and ``labels``.
"""
