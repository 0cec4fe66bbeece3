"""Small inputs such as people really have, drawn in code, each with what it has to be read as.

A case is a function that draws into a folder and returns the path that is given as ``--data``; a
decorator beside it says what comes of it, a reading or an error. Most images show which class they
were drawn as, so that a test sees when a reader mixes up labels, axes or channels.
"""

from tests.readers.cases import archives, arrays, attributes, folders, page, pictures, tables
from tests.readers.cases.expect import CASES, Case, Read, Refused

__all__ = [
    "CASES",
    "Case",
    "Read",
    "Refused",
    "archives",
    "arrays",
    "attributes",
    "folders",
    "page",
    "pictures",
    "tables",
]
