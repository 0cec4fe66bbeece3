"""How much is taken from a file before it is trusted: one home for every bound on strangers' files.

A file may claim anything and may be anybody's. What a header claims is held
against these numbers, and against the size of the file, before memory is asked
for. They lie far above what ganctl writes and what suits its networks.
"""

from __future__ import annotations

JSON_BYTES = 2**24
"""A ``run.json`` or ``evaluation.json``, or the header of a checkpoint."""
JSON_DEPTH = 16
"""Lists in objects in lists …; ganctl's own go 5 deep."""
METRICS_BYTES = 2**26
"""A ``metrics.jsonl``: over three million steps of ``modern``."""
LARGEST_NUMBER = 2.0**63
"""No number in JSON is larger: steps, images, bytes and seeds fit in 64 bits."""
HEADER_BYTES = 2**24
"""The header of a ``.safetensors`` file."""
POINTER_BYTES = 2**12
"""The file ``latest``."""
NAMES_BYTES = 2**22
"""A ``class-names.txt``, or the array ``class_names`` of an ``.npz``."""

CLASSES = 10_000
CLASS_NAME_LENGTH = 200
"""Characters."""
FOLDER_NAME_LENGTH = 60
"""Characters of a folder that is named after a class: at most 240 of 255 bytes."""

WEIGHTS = 2**29
"""Weights of one network: 2 GiB."""

DATA_BYTES = 2**33
"""The pixels of a data set."""
PIXELS = 89_478_485
"""One picture; above this Pillow takes it for an attack."""
ICON_BYTES = 2**24
"""A file ``.ico``."""
ICON_SIDE = 2**11
"""A bitmap in an ``.ico``, whose height is twice that of the image; most have 256 at most."""
ANIMATION_PIXELS = 2**30
"""All the frames of an animation."""
SAMPLES_BYTES = 2**32
"""All the pixels that one command draws."""
XZ_MEMORY = 2**27
"""What unpacking an ``.xz`` file may need; ``xz -9`` needs 65 MiB."""
ZIP_DIRECTORY_BYTES = 2**20
"""The list of members of an ``.npz``."""
NPY_HEADER_BYTES = 2**14
"""The header of an array in an ``.npz``."""

FILES = 1_000_000
"""The files of a folder or an archive of images."""
FOLDER_DEPTH = 32
"""Folders in folders of images."""
ZIP_OF_FILES_DIRECTORY_BYTES = 2**25
"""The list of members of an archive of images."""
PICTURE_BYTES = 2**28
"""One image file."""
PROFILE_BYTES = 2**22
"""The colour profile in an image file; those of printers have up to 2 MiB."""
TABLE_BYTES = 2**28
"""A table of file names and labels."""
TABLE_LINE_BYTES = 2**20
"""A line of such a table, or of a ``.csv`` of pixels."""
TABLE_CELLS = 2**24
"""The values of such a table; CelebA's has half as many."""
DATASET_JSON_BYTES = 2**26
"""StyleGAN's ``dataset.json``: a million files."""
ARCHIVED_ARRAYS_BYTES = 2**30
"""An array file that is unpacked from an archive of images."""

ATTRIBUTES = 100
"""Attributes and quantities of a table; CelebA's has 40."""
ATTRIBUTE_VALUES = 1000
"""Values of an attribute, where a table has several."""
SCHEMA_ROWS = 4096
"""Rows of a table that a checkpoint keeps, to draw from what goes together."""
VOCABULARY = 20_000
"""Words that a text encoder tells apart."""
CAPTION_WORDS = 64
"""Words of a caption that are read; the others are left out."""
CAPTION_LENGTH = 10_000
"""Characters of a caption."""
CAPTION_EXAMPLES = 10
"""Captions that a checkpoint keeps, to show what its generator knows."""
CAPTIONS_BYTES = 2**24
"""A file that ``--text`` names, with a caption a line."""
