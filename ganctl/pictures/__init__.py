"""Arrays to sheets, animations, curves and files of samples. Pillow and NumPy, no torch.

It may import ``requests`` and ``files``. Begin with ``images``.
"""
