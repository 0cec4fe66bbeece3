"""Seeds and labels to pixels, and what InfoGAN's categories mean.

It may import ``engine.models`` and ``engine.data``. Begin with ``sampler``.
"""
