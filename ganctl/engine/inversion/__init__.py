"""From an image back to the latent and the label whose picture is nearest to it.

It may import ``sampling``, ``models`` and ``data``. Begin with ``finding``.
"""
