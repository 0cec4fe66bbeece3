"""A generator as a file for other programs: a page, ONNX, or its weights alone.

It may import ``sampling``, ``models`` and ``data``, and ``pages``. Begin with ``formats``.
"""
