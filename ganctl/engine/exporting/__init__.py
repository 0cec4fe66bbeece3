"""A generator as a file for other programs: ONNX, or its weights alone.

It may import ``sampling``, ``models`` and ``data``. Begin with ``formats``.
"""
