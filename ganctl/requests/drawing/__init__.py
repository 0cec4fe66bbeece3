"""What pictures may be asked of a generator: samples, sheets and walks.

It may import ``requests`` and what that may import. Begin with ``sample``.
"""
