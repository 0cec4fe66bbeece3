"""Files that hold many images each: ``.npz``, IDX, ``.csv`` of pixels, ``.parquet``. No torch.

It may import ``requests``, ``files``, ``readers.values`` and the types of ``readers.labelled``.
Begin with ``npz``; each module opens one format and leaves what its arrays mean to
``readers.arrays``.
"""
