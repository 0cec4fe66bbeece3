"""What is done with runs as a whole: they are listed, renamed, removed and taken back. No torch.

It may import ``requests``, ``files`` and the rest of ``runs``. Begin with ``trash``.
"""
