"""The scripts of the generator's page, run by node or in a browser; what they draw is compared."""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ganctl.engine.data.pixels import channels_last
from ganctl.engine.sampling.sampler import Sampler
from ganctl.pages.generator import generator_data, mathematics
from ganctl.requests.conditions.asked import Between, Single
from ganctl.requests.conditions.captions import Caption
from ganctl.requests.conditions.codes import Codes
from ganctl.requests.conditions.labels import Label
from ganctl.requests.conditions.settings import Settings
from ganctl.runs.locate import RunSource

NODE = shutil.which("node")
EVALUATE = Path(__file__).parent / "evaluate.cjs"
WARM_UP = 20
"""Images that are drawn before the time is taken, while the browser compiles the scripts."""

PART = 5
"""Images that are timed at once, since browsers have coarse clocks."""


@dataclass(frozen=True)
class Drawn:
    """Images uint8 [N, H, W, 3], and the seconds that each took, by the median of small parts."""

    images: NDArray[np.uint8]
    seconds: float


def in_page(
    source: RunSource,
    asked: Sequence[Single | Between],
    seeds: Sequence[int],
    *,
    truncation: float = 1.0,
    codes: Codes | None = None,
    where: str = "node",
) -> Drawn:
    """Return what a page draws of each of several things that are asked for, with its seed.

    Args:
        source: a generator.
        asked: what is asked for.
        seeds: as many.
        truncation: of all.
        codes: InfoGAN's.
        where: ``node``, ``chromium`` or ``firefox``.
    """
    _, data = generator_data(source)
    wishes = [_wish(each, codes or Codes()) for each in asked]
    call = {"data": data, "wishes": wishes, "seeds": list(seeds), "truncation": truncation}
    script = "\n".join(
        [
            "(() => {",
            mathematics(),
            f"const call = {json.dumps(call)};",
            f"const WARM_UP = {WARM_UP};",
            f"const PART = {PART};",
            _DRAW,
            "})()",
        ]
    )
    told = json.loads(_run(script, where))
    images = np.frombuffer(b64decode(told["pixels"]), np.uint8)
    side = data["network"]["side"]
    return Drawn(images.reshape(len(asked), side, side, 4)[..., :3], told["milliseconds"] / 1000)


def in_python(
    source: RunSource,
    asked: Sequence[Single | Between],
    seeds: Sequence[int],
    *,
    truncation: float = 1.0,
    codes: Codes | None = None,
) -> NDArray[np.uint8]:
    """Return the same as ``ganctl sample`` draws it, uint8 [N, H, W, 3]."""
    batches = Sampler.of(source).batches_of(
        zip(asked, seeds, strict=True), truncation=truncation, codes=codes or Codes()
    )
    images: NDArray[np.uint8] = channels_last(torch.cat([batch.images for batch in batches]))
    return images if images.ndim == 4 else images[..., None].repeat(3, axis=3)


_DRAW = """
const sampler = new Sampler(call.data);
function wishOf({ classes, codes, named, texts }) {
  if (named) return { named: new Map(named) };
  if (classes) return { classes, codes: new Map(codes) };
  const { vocabulary, length } = call.data.asked;
  const read = ([weight, text]) => [weight, numbersOf(text, vocabulary, length).numbers];
  return texts ? { captions: texts.map(read) } : {};
}
const wishes = call.wishes.map(wishOf);
const draw = (place) => sampler.sample(wishes[place], call.seeds[place], call.truncation);
for (let place = 0; place < Math.min(WARM_UP, wishes.length); place++) draw(place);
const images = [];
const times = [];
while (images.length < wishes.length) {
  const from = images.length;
  const began = performance.now();
  while (images.length < Math.min(from + PART, wishes.length)) images.push(draw(images.length));
  times.push((performance.now() - began) / (images.length - from));
}
const milliseconds = times.sort((a, b) => a - b)[times.length >> 1];
let text = "";
for (const image of images) for (const value of image) text += String.fromCharCode(value);
return JSON.stringify({ milliseconds, pixels: btoa(text) });
"""


def _wish(asked: Single | Between, codes: Codes) -> dict[str, Any]:
    if isinstance(asked, Label):
        values = [[number - 1, value] for number, value in codes.continuous.items()]
        return {"classes": asked.parts, "codes": values} if asked.parts else {}
    if isinstance(asked, Settings):
        return {
            "named": [
                [each.place, {"parts": each.value.parts}]
                if isinstance(each.value, Label)
                else [each.place, {"number": each.value}]
                for each in asked.named
            ]
        }
    if isinstance(asked, Caption):
        return {"texts": [[1, asked.text]]}
    ends = [[1 - asked.fraction, asked.start.text], [asked.fraction, asked.end.text]]
    return {"texts": ends}


def _run(script: str, where: str) -> str:
    """Return the value of a script, which is a text."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "script.js"
        if where == "node":
            path.write_text(f"process.stdout.write({script})", encoding="utf-8")
            command = [str(NODE), str(path)]
        else:
            path.write_text(script, encoding="utf-8")
            command = [str(NODE), str(EVALUATE), where, str(path)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
