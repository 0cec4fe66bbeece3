"""Tables beside images: which columns name the files, the classes and the splits. No torch.

It may import ``requests``, ``files``, ``readers.formats``, ``readers.class_folders``,
``readers.remarks`` and the types of ``readers.labelled``. Begin with ``reading``, which makes
images and their classes of the tables that it finds.
"""
