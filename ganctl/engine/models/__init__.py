"""Networks and what they minimise: tensors in, images, scores and losses out.

It may import ``engine.data`` and the rooms below the engine; nothing here knows a run or a
step. Begin with ``base``, then ``objectives``.
"""
