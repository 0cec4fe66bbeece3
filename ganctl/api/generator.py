"""A trained generator in Python: labels, attributes or words, and seeds in, pixels out."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ganctl.api import asking
from ganctl.api.asking import Label, Setting
from ganctl.api.evaluation import Evaluation, judge
from ganctl.api.exporting import export_to
from ganctl.api.pictures import AnimationFile, draw_morph, draw_sheet
from ganctl.api.progress import bar
from ganctl.api.wording import facts_of, naming_arguments
from ganctl.requests.checks import check_count
from ganctl.requests.conditions.schema import Schema
from ganctl.requests.drawing.sample import LARGEST_SCALE
from ganctl.requests.drawing.sheets import COLS, SheetRequest
from ganctl.requests.seeds import check_seed
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.locate import RunSource

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ganctl.engine.sampling.sampler import Sampler


class Generator:
    """A trained generator: labels, attributes or words, and seeds in, pixels out.

    A notebook shows it as a sheet of its images.

    >>> digits = ganctl.load("pretrained/mnist")
    >>> digits.sample("7", n=100).shape
    (100, 28, 28)
    """

    def __init__(self, sampler: Sampler, source: RunSource) -> None:
        self._sampler = sampler
        self._source = source

    @property
    def header(self) -> CheckpointHeader:
        """What it was trained on, and for how long."""
        return self._sampler.header

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names in order of their index."""
        return self._sampler.header.classes

    @property
    def attributes(self) -> dict[str, tuple[str, ...]]:
        """The values of each attribute that it can be asked for, by name."""
        schema = self._sampler.header.conditioning.schema
        if not schema.steered_by_attributes:
            return {}
        return {attribute.name: attribute.values for attribute in schema.attributes}

    def sample(
        self,
        label: Label | Sequence[Label] | None = None,
        n: int | None = None,
        *,
        seed: int | None = None,
        seeds: Iterable[int] | None = None,
        truncation: float = 1.0,
        codes: Mapping[str, float] | None = None,
        set: Mapping[str, Setting] | None = None,  # noqa: A002
        text: str | Sequence[str] | None = None,
    ) -> NDArray[np.uint8]:
        """Draw images of one class, or of each class for ``"all"``; of attributes, or of words.

        >>> digits = ganctl.load("pretrained/mnist")
        >>> between = digits.sample("3:0.5,8:0.5", seeds=[4, 5, 6])
        >>> between.shape, between.dtype
        ((3, 28, 28), dtype('uint8'))

        Args:
            label: an index, a class name, ``"all"``, or a blend such as ``"3:0.7,8:0.3"``; several
                in a list; None for a generator that knows no labels, or where ``codes`` has c0.
            n: how many of each class, from ``seed`` on; one if not given.
            seed: the first seed; 0 if not given.
            seeds: which seeds exactly, instead of ``n`` and ``seed``.
            truncation: in [0, 2]; below 1 the images are more typical and less varied.
            codes: the codes of InfoGAN to fix, such as ``{"c1": -1.5}``; ``{"c0": 3}`` is a
                category instead of a label.
            set: attributes to fix, such as ``{"hair": "blond", "angle": 30}``, each a value, an
                index, a blend such as ``"blond:0.5,red:0.5"``, or a number; what is not named is
                drawn by the seed, as it goes together in the data.
            text: a caption, or several, for a generator that learned captions; never a file. There
                are ``n`` images of each, in order.

        Returns:
            uint8 [N, H, W], or [N, H, W, 3] for colour; the same seed gives the same pixels.

        Raises:
            UsageError: an unknown class, code, name, value or word, a number out of range, a label
                that is missing, or one for a generator that knows none, or beside c0; or more
                images than fit into memory.
        """
        from ganctl.engine.data.pixels import channels_last

        with naming_arguments():
            request = asking.sample_request(
                label, asking.seeds_of(n, seed, seeds), set, text, codes, truncation
            )
            plan = asking.planned(request, self.header)
        return channels_last(self._sampler.draw(plan))

    def grid(
        self,
        label: Label | Sequence[Label] | None = None,
        *,
        set: Mapping[str, Setting] | None = None,  # noqa: A002
        text: str | Sequence[str] | None = None,
        rows: str | None = None,
        columns: str | None = None,
        cols: int = COLS,
        seed: int = 0,
        scale: int = 2,
        names: bool = True,
    ) -> Image.Image:
        """Return the sheet of ``ganctl montage``: a row for each class, value or caption.

        >>> sheet = ganctl.load("pretrained/mnist").grid(["3", "8"], cols=4, names=False)
        >>> sheet.size
        (234, 118)

        Args:
            label: which classes, as for ``sample``; all if not given.
            set: attributes that are the same on the whole sheet.
            text: captions, a row each.
            rows: an attribute whose values go down, a row each; the first one if not given.
            columns: an attribute whose values go across, instead of seeds.
            cols: how many seeds go across.
            seed: the first of them.
            scale: how many pixels wide each pixel becomes.
            names: whether names stand beside rows and above columns.

        Returns:
            an image of Pillow's, in grey or colour.

        Raises:
            UsageError: an unknown class, name, value or word, or a sheet that is too large.
        """
        with naming_arguments():
            request = SheetRequest(
                labels=asking.labels_of(label),
                settings=asking.settings_of(set, self._schema),
                texts=asking.texts_of(text),
                files=False,
                rows=rows,
                columns=columns,
                cols=check_count("cols", cols, most=1000),
                seed=check_seed(seed, "seed"),
            )
            check_count("scale", scale, most=LARGEST_SCALE)
            return draw_sheet(self._sampler, request, scale, names=names)

    def morph(
        self,
        *stops: Label | Mapping[str, Setting],
        set: Mapping[str, Setting] | None = None,  # noqa: A002
        seeds: Iterable[int] = range(10),
        frames: int | None = None,
        scale: int = 2,
        fps: float = 5.0,
        path: str | os.PathLike[str] | None = None,
        force: bool = False,
    ) -> NDArray[np.uint8]:
        """Walk from stop to stop at fixed latents, as ``ganctl gif --mode morph`` does.

        >>> digits = ganctl.load("pretrained/mnist")
        >>> digits.morph("3", "8", seeds=[0], frames=5, scale=1).shape
        (5, 30, 30)

        Args:
            stops: classes (``"3", "8", "0"``), attributes (``{"hair": "blond"}, {"hair": "red"}``)
                or captions; every class, value or known caption if not given.
            set: attributes that stay as they are on the whole way.
            seeds: whose latents walk, five beside each other.
            frames: how many in all, both ends in; eight from stop to stop if not given.
            scale: how many pixels wide each pixel becomes.
            fps: frames a second, where a file is written.
            path: an animation (.gif, .webp, .apng or .mp4) to write as well.
            force: whether it may be written over another file.

        Returns:
            the frames uint8 [F, H, W], or [F, H, W, 3] for colour.

        Raises:
            UsageError: fewer than two stops, or one that is unknown, or too many frames.
            FileError: the file is there already, or cannot be written.
        """
        with naming_arguments({"--out": "path"}):
            file = None if path is None else AnimationFile(path, fps, force=force)
            chosen = asking.seeds_of(None, None, seeds)
            settings = asking.settings_of(set, self._schema)
            drawn = draw_morph(self._sampler, stops, settings, chosen, frames, scale)
            if file is not None:
                file.write(drawn)
        return drawn

    @property
    def module(self) -> nn.Module:
        """The network, of which ``module(z, condition)`` are images [N, C, H, W] in [-1, 1].

        ``z`` is float32 [N, L], as ``latents`` returns it, and ``condition`` float32 [N, S], as
        ``condition`` does: class weights, InfoGAN's codes, each attribute's values one-hot and two
        numbers for each quantity, or nothing. A generator of words gets [N, K, 1 + T]: K captions,
        each with its weight and the numbers of T words.

        It is a copy, in evaluation mode and on the CPU, whose weights need no gradient until
        ``module.requires_grad_()``. Gradients reach ``z`` and ``condition`` (of words the weights).

        >>> digits = ganctl.load("pretrained/mnist")
        >>> z = digits.latents([0, 1]).requires_grad_()
        >>> images = digits.module(z, digits.condition("7", seeds=[0, 1]))
        >>> images.shape
        torch.Size([2, 1, 28, 28])
        >>> images.mean().backward()
        >>> z.grad.shape
        torch.Size([2, 64])
        """
        return self._module

    @cached_property
    def _module(self) -> nn.Module:
        return deepcopy(self._sampler.generator)

    def latents(self, seeds: Iterable[int]) -> Tensor:
        """Return the latents of seeds, float32 [N, L], as ``sample`` draws with them.

        Raises:
            UsageError: a seed is out of range.
        """
        from ganctl.engine.data.seeding import sample_latents

        with naming_arguments():
            chosen = asking.seeds_of(None, None, seeds)
        network = self.header.network
        return sample_latents(chosen, network.latent_size, network.latent)

    def condition(
        self,
        label: Label | Sequence[Label] | None = None,
        *,
        seeds: Iterable[int] = (0,),
        codes: Mapping[str, float] | None = None,
        set: Mapping[str, Setting] | None = None,  # noqa: A002
        text: str | Sequence[str] | None = None,
    ) -> Tensor:
        """Return what ``module`` gets for a label, attributes or words, float32 [N, …].

        The arguments are those of ``sample``. A seed draws what ``codes`` and ``set`` leave free;
        there is a row for each seed, label after label.

        >>> ganctl.load("pretrained/mnist").condition("3:0.7,8:0.3").tolist()
        [[0.0, 0.0, 0.0, 0.699999988079071, 0.0, 0.0, 0.0, 0.0, 0.30000001192092896, 0.0]]

        Raises:
            UsageError: as ``sample``.
        """
        from ganctl.engine.sampling.asked import Conditions

        with naming_arguments():
            chosen = asking.seeds_of(None, None, seeds)
            request = asking.sample_request(label, chosen, set, text, codes)
            plan = asking.planned(request, self.header)
        asked, drawn = zip(*product(plan.labels, plan.seeds), strict=True)
        condition, _ = Conditions(self.header).of(asked, drawn, plan.codes)
        return condition

    def evaluate(
        self,
        n: int | None = None,
        *,
        cas: bool = False,
        set: Mapping[str, Setting] | None = None,  # noqa: A002
        data: str | os.PathLike[str] | None = None,
        progress: bool = True,
    ) -> Evaluation:
        """Judge its images beside real ones that were held out, as ``ganctl evaluate`` does.

        Args:
            n: how many images; 10,000, or as many as are held out, if not given.
            cas: also train a classifier on 60,000 generated images, and test it on real ones.
            set: values of attributes; only images that have them are judged.
            data: where the training data lie now, if they were moved; it is remembered.
            progress: whether a bar is shown, where there is a terminal or a notebook.

        Raises:
            GanctlError: its data are gone or have changed, or ``n`` exceeds what was held out.
        """
        where = None if data is None else os.fspath(data)
        with (
            naming_arguments(),
            bar(f"evaluating {self._source.reference}", show=progress) as shown,
        ):
            settings = asking.settings_of(set, self._schema)
            count = n if n is None else check_count("n", n)
            told = shown.prepare if shown else None
            return judge(self._source, count, settings, cas=cas, data=where, on_progress=told)

    def export(
        self,
        path: str | os.PathLike[str],
        format: str | None = None,  # noqa: A002
        *,
        pixels: str = "float",
        half: bool = False,
        force: bool = False,
    ) -> Path:
        """Write it as a file that needs no ganctl; return the path.

        Args:
            path: where to.
            format: "html", "onnx" or "safetensors"; what ``path`` ends in if not given.
            pixels: "float" or "uint8", what an ONNX file returns.
            half: whether a ``.safetensors`` keeps its weights in half precision.
            force: whether it may be written over another file.
        """
        with naming_arguments({"--out": "path"}):
            return export_to(self._source, path, format, pixels=pixels, half=half, force=force)

    def __repr__(self) -> str:
        return f"<Generator {self._source.reference}: {facts_of(self.header)}>"

    def _repr_png_(self) -> bytes:
        """Return a sheet of its images, which a notebook shows."""
        buffer = io.BytesIO()
        self.grid().save(buffer, "PNG")
        return buffer.getvalue()

    @property
    def _schema(self) -> Schema:
        return self.header.conditioning.schema
