"""How long the default training of data would take."""

import pytest

from ganctl.cli.views.expected_time import HIDDEN, IMAGE_FLOP, expected_time
from ganctl.requests.recipes import RECIPES, RecipeName
from ganctl.requests.suited import AMPLE_FROM, THOROUGH_FROM
from ganctl.requests.training import TrainRequest


@pytest.mark.parametrize("described", [False, True])
def test_it_is_known_for_every_number_of_images_and_grows_with_it(home, described):
    epochs = TrainRequest(recipe="swift").budget.amount
    counts = [1, *(int(bound / epochs) + 1 for bound in (THOROUGH_FROM, AMPLE_FROM)), 10**7]
    found = [expected_time(count, (1, 28, 28), described=described) for count in counts]
    seconds = [each.seconds for each in found]
    assert 0 < seconds[0] < seconds[1] < seconds[2] < seconds[3]
    assert all(each.source.startswith("the speed of this processor") for each in found)


@pytest.mark.parametrize("recipe", ["swift", "thorough", "ample", "modern"])
def test_the_networks_of_each_default_are_known(recipe):
    network = RECIPES[RecipeName(recipe)].network
    assert IMAGE_FLOP[network] > 1e7
    assert HIDDEN[network] > 0
