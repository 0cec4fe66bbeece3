"""Categories are matched with classes so that the fewest images are left out."""

import pytest
import torch

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.models.base import Discriminator
from ganctl.engine.sampling.code_map import learn_code_map, predict_categories
from ganctl.requests.networks import CodeMap


class ReadsPixels(Discriminator):
    """Its Q takes the category to be the place of the brightest of three pixels."""

    def __init__(self):
        super().__init__()
        self.unused = torch.nn.Parameter(torch.zeros(()))
        self.modes = []

    def features(self, x, y):
        self.modes.append(self.training)
        assert y.shape == (len(x), 0)
        return x.flatten(1)[:, :3]

    def codes(self, features):
        return torch.cat([features, torch.full((len(features), 2), 9.0)], dim=1)


def dataset(categories, labels):
    images = torch.zeros(len(labels), 1, 8, 8, dtype=torch.uint8)
    images[torch.arange(len(labels)), 0, 0, torch.tensor(categories)] = 255
    return Dataset("toy", images, torch.tensor(labels), ("a", "b", "c"))


def test_the_guess_is_the_likeliest_category_and_never_a_continuous_code():
    data = dataset([2, 0, 1, 2], [0, 0, 0, 0])
    assert predict_categories(ReadsPixels(), data.images, 3).tolist() == [2, 0, 1, 2]


def test_each_image_is_judged_alone_and_the_training_goes_on():
    discriminator = ReadsPixels().train()
    predict_categories(discriminator, dataset([0], [0]).images, 3)
    assert discriminator.modes == [False]
    assert discriminator.training


def test_a_perfect_match_has_no_error():
    code_map = learn_code_map(ReadsPixels(), dataset([1, 1, 2, 0, 0], [0, 0, 1, 2, 2]))
    assert code_map == CodeMap((1, 2, 0), 0.0)
    assert [code_map.class_of_category(category) for category in (0, 1, 2)] == [2, 0, 1]


def test_the_match_is_one_to_one_and_the_best_as_a_whole():
    # Category 0 holds three of a and two of b, category 1 two of a. The largest pair first (a
    # with 0) would leave b with nothing: 3 matched. With a in 1 and b in 0 it is 2 + 2.
    categories = [0, 0, 0, 0, 0, 1, 1, 2]
    labels = [0, 0, 0, 1, 1, 0, 0, 2]
    code_map = learn_code_map(ReadsPixels(), dataset(categories, labels))
    assert code_map.category_of_class == (1, 0, 2)
    assert code_map.error == pytest.approx(3 / 8)


@pytest.mark.parametrize("categories", [(0, 0, 1), (1, 2, 3), (0, -1, 1)])
def test_a_map_is_a_permutation(categories):
    with pytest.raises(ValueError, match="not one for each class"):
        CodeMap(categories, 0.1)


@pytest.mark.parametrize("error", [-0.1, 1.1, float("nan")])
def test_an_error_is_a_share(error):
    with pytest.raises(ValueError, match="error"):
        CodeMap((0, 1), error)
