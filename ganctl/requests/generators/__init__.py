"""What may be asked of a finished generator beside pictures: a file of it, an image's latent.

It may import ``requests`` and what that may import. Begin with ``exports``.
"""
