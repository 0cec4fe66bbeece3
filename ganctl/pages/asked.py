"""What may be asked of a generator, for a page: names, how they are typed, rows to draw from."""

from __future__ import annotations

from typing import Any

from ganctl.pages.packing import packed_floats, packed_shorts
from ganctl.requests.conditions.captions import examples_of
from ganctl.requests.conditions.names import typed
from ganctl.requests.conditions.schema import Captions, Schema
from ganctl.requests.conditions.settings import single
from ganctl.requests.conditions.together import Together
from ganctl.requests.drawing.sample import Conditioning


def asked_data(of: Conditioning) -> dict[str, Any]:
    """Return what a page offers to choose.

    Its ``kind`` is ``words``, ``parts`` (attributes and quantities), ``classes`` (with InfoGAN's
    codes, if there are any) or ``nothing``.
    """
    if of.network.words and of.schema.captions is not None:
        return _words(of.schema.captions)
    if of.network.has_parts:
        return _parts(of.schema)
    if of.classes:
        return {
            "kind": "classes",
            "names": of.classes,
            "typed": [typed(name) for name in of.classes],
            "categories": of.code_map.category_of_class if of.code_map else None,
            "continuous": of.network.continuous,
        }
    return {"kind": "nothing"}


def _words(captions: Captions) -> dict[str, Any]:
    return {
        "kind": "words",
        "name": captions.name,
        "vocabulary": captions.vocabulary,
        "length": captions.length,
        "examples": examples_of(captions),
    }


def _parts(schema: Schema) -> dict[str, Any]:
    together = Together(schema)
    first = len(schema.attributes)
    return {
        "kind": "parts",
        "attributes": [
            {
                "name": attribute.name,
                "values": attribute.values,
                "typedName": single(schema, place, 0).named[0].typed_name,
                "typed": [typed(value) for value in attribute.values],
            }
            for place, attribute in enumerate(schema.attributes)
        ],
        "quantities": [
            {
                "name": quantity.name,
                "typedName": single(schema, first + place, quantity.low).named[0].typed_name,
                "low": quantity.low,
                "high": quantity.high,
            }
            for place, quantity in enumerate(schema.quantities)
        ],
        "rows": {
            "counts": together.counts.astype(int).tolist(),
            "indices": packed_shorts(together.indices),
            "scaled": packed_floats(together.values[:, first:]),
            "edges": [edges.tolist() for edges in together.edges],
            "dependent": together.dependent_pairs(),
        },
    }
