"""What a pair of networks is, in numbers, and what InfoGAN's categories mean."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ganctl.errors import UsageError
from ganctl.files.limits import ATTRIBUTES, CAPTION_WORDS, CLASSES, VOCABULARY
from ganctl.requests.checks import check_amount, check_count, check_image_size
from ganctl.requests.recipes import Latent


@dataclass(frozen=True)
class NetworkSpec:
    """All that is needed to build a pair of networks, so that weights load anywhere.

    ``name`` is a row of ``engine.models.networks.NETWORKS``; images are
    [channels, image_size, image_size]. Both networks see the label of one of
    ``classes``, or none where that is 0. ``categories`` is the number of values of
    InfoGAN's code c0, ``continuous`` the number of its codes c1, c2, …; codes
    and labels exclude each other. With ``classifier`` the discriminator has a
    head that names the class, or each attribute.

    Instead of a class both may see several parts: ``attributes`` has the number of values of each
    attribute, and ``quantities`` counts the numbers such as an angle. Or they see captions: then
    ``words`` is how many word numbers there are, padding and unknown words included,
    ``caption_length`` how many words of a caption they get, and ``text_size`` the size of the
    embedding that a text encoder makes of them. ``mixed`` is the width of the generator's layer in
    which its latent and such a condition meet, 0 for none.

    ``contrast`` is the part β, in [0, 1], of a classifier of fakes that the discriminator takes off
    its score of a class; with 0 there is none.

    Raises:
        UsageError: a number is out of range, or the parts exclude each other.
    """

    name: str
    image_size: int
    channels: int
    classes: int
    latent_size: int
    latent: Latent = Latent.NORMAL
    categories: int = 0
    continuous: int = 0
    classifier: bool = False
    attributes: tuple[int, ...] = ()
    quantities: int = 0
    words: int = 0
    caption_length: int = 0
    text_size: int = 0
    mixed: int = 0
    contrast: float = 0.0

    def __post_init__(self) -> None:
        # A stranger's header must not make us build networks of any size.
        if not isinstance(self.name, str):
            raise UsageError("The network has no name.", "Use the file as ganctl wrote it.")
        check_image_size("image_size", self.image_size)
        check_count("channels", self.channels, most=3)
        check_count("classes", self.classes, least=0, most=CLASSES)
        check_count("latent_size", self.latent_size, most=4096)
        check_count("categories", self.categories, least=0, most=CLASSES)
        check_count("continuous", self.continuous, least=0, most=100 if self.categories else 0)
        check_count("parts", len(self.attributes) + self.quantities, least=0, most=ATTRIBUTES)
        for size in self.attributes:
            check_count("attributes", size, least=2, most=CLASSES)
        check_count("quantities", self.quantities, least=0, most=ATTRIBUTES)
        has_words = int(self.words > 0)
        check_count("words", self.words, least=0, most=VOCABULARY + 2)
        check_count(
            "caption_length", self.caption_length, least=has_words, most=CAPTION_WORDS * has_words
        )
        check_count("text_size", self.text_size, least=has_words, most=4096 * has_words)
        check_count("mixed", self.mixed, least=0, most=4096 * self.is_described)
        check_amount("contrast", self.contrast, least=0, most=1)
        kinds = [self.classes > 0, self.categories > 0, self.has_parts, self.words > 0]
        if sum(kinds) > 1 or (self.classifier and not self.label_size):
            raise UsageError(
                "The network has two kinds of conditions, or a classifier without labels.",
                "Use the file as ganctl wrote it.",
            )

    @property
    def without_labels(self) -> NetworkSpec:
        """The same networks, but neither gets a label."""
        unlabelled = replace(self, classes=0, attributes=(), quantities=0, mixed=0, contrast=0.0)
        return replace(unlabelled, words=0, caption_length=0, text_size=0)

    @property
    def has_parts(self) -> bool:
        """Whether both networks get attributes or quantities."""
        return bool(self.attributes or self.quantities)

    @property
    def is_described(self) -> bool:
        """Whether both networks get more than a class: several parts, or words."""
        return self.has_parts or self.words > 0

    @property
    def label_size(self) -> int:
        """How many numbers both networks get of a label: of a class, of all parts, or of words.

        An attribute is one-hot; a quantity is its number and whether it is known.
        """
        return self.classes + sum(self.attributes) + 2 * self.quantities + self.text_size

    @property
    def summed(self) -> int:
        """How many numbers of a label add up in an embedding of it: one of a class, and of parts.

        Of words it is all numbers of their embedding.
        """
        return max(1, len(self.attributes) + self.quantities + self.text_size)

    @property
    def named_size(self) -> int:
        """How many numbers the classifier's head returns.

        A logit for each class or value of an attribute, a number for each quantity, or an
        embedding of the image beside those of captions.
        """
        return self.classes + sum(self.attributes) + self.quantities + self.text_size

    @property
    def condition_size(self) -> int:
        """How many numbers the generator gets beside its latent."""
        return self.label_size + self.categories + self.continuous


@dataclass(frozen=True)
class CodeMap:
    """What InfoGAN's categories mean: ``category_of_class`` has the value of c0 for each class.

    ``error``, in [0, 1], is the part of the training images whose guessed
    category means another class than theirs.

    Raises:
        ValueError: the categories are not one for each class, or the error is out of range.
    """

    category_of_class: tuple[int, ...]
    error: float

    def __post_init__(self) -> None:
        if sorted(self.category_of_class) != list(range(len(self.category_of_class))):
            raise ValueError(f"categories {self.category_of_class} are not one for each class")
        if not 0 <= self.error <= 1:
            raise ValueError(f"error {self.error}")

    def class_of_category(self, category: int) -> int:
        """Return the class that a value of c0 means."""
        return self.category_of_class.index(category)
