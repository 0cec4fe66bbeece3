"""Every model has its recipe."""

import pytest

from ganctl.requests.recipes import RECIPES, Model, RecipeName, recipe_for


def test_every_recipe_and_model_is_described():
    assert set(RECIPES) == set(RecipeName)
    assert all(model.summary for model in Model)
    assert Model("gan-cls") is Model.GAN_CLS


@pytest.mark.parametrize("recipe", RecipeName)
def test_infogan_takes_62_numbers_of_noise(recipe):
    assert recipe_for(recipe, Model.INFOGAN).latent_size == 62
    assert recipe_for(recipe, Model.CGAN) == RECIPES[recipe]
