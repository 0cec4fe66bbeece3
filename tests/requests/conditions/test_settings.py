"""``--set``: which parts of a schema are fixed, and how each mistake is answered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.errors import UsageError
from ganctl.requests.conditions.schema import NO_SCHEMA, Attribute, Quantity, Schema
from ganctl.requests.conditions.settings import Settings, example, parse_settings, single

HAIR = Attribute("hair", ("blond", "red", "light brown", "0"))
EYES = Attribute("eyes", ("blue", "green"))
FACES = Schema((HAIR, EYES), (Quantity("angle", -90, 90),))


def named(*texts, schema=FACES):
    settings = parse_settings(texts, schema)
    return {setting.name: setting.value for setting in settings.named}


def weights(label):
    return {index: weight for index, weight in enumerate(label.weights) if weight}


def test_values_by_name_by_case_by_index_and_in_quotes():
    for text in ("hair=red", "Hair=RED", " hair = red ", "hair=1", '"hair"="red"'):
        assert weights(named(text)["hair"]) == {1: 1.0}


def test_the_name_of_a_value_wins_over_its_index():
    assert weights(named("hair=0")["hair"]) == {3: 1.0}


def test_a_blend_and_a_number():
    found = named("hair=blond:0.5,red:0.5", "angle=30")
    assert weights(found["hair"]) == {0: 0.5, 1: 0.5}
    assert found["angle"] == 30.0


def test_a_blend_that_is_scaled_says_so():
    settings = parse_settings(["hair=blond:1,red:3"], FACES)
    assert settings.notes == (
        "the weights of blond:1,red:3 sum to 4; they were scaled to sum to 1",
    )
    assert settings.is_blend


def test_settings_stand_in_the_order_of_the_schema_whatever_is_typed_first():
    one = parse_settings(["angle=30", "hair=light brown"], FACES)
    assert one.text == "hair=light brown, angle=30"
    assert one.typed == ("hair=light brown", "angle=30")
    assert one.folder == "hair-light-brown_angle-30"
    assert one == parse_settings(["hair=light brown", "angle=30"], FACES)
    assert one.options == {"set": ["hair=light brown", "angle=30"]}


def test_nothing_fixed():
    free = parse_settings([], FACES)
    assert (free.text, free.folder, free.options) == ("any", "any", {})
    assert parse_settings([], NO_SCHEMA) == free


def test_from_python_names_have_values_and_numbers():
    assert Settings.of(FACES, {"hair": 1, "angle": 30}) == parse_settings(
        ["angle=30", "hair=red"], FACES
    )


def test_one_value_of_a_part():
    assert single(FACES, 1, 1) == parse_settings(["eyes=green"], FACES)
    assert single(FACES, 2, -7.5) == parse_settings(["angle=-7.5"], FACES)
    assert single(FACES, 1, 1).within(parse_settings(["eyes=blue", "angle=2"], FACES)) == (
        parse_settings(["eyes=green", "angle=2"], FACES)
    )


@pytest.mark.parametrize(
    ("texts", "message", "hint"),
    [
        (["hiar=red"], "There is no attribute 'hiar'.", "Did you mean hair?"),
        (["hair=rde"], "hair has no value 'rde'.", "Did you mean red?"),
        (["hair=9"], "hair has no value 9.", "0 to 3"),
        (["hair"], "--set 'hair' has no =.", "--set hair=blond"),
        (["hair="], "--set hair= has no value.", "blond, red, light brown, 0"),
        (["hair=red", "HAIR=blond"], "--set hair is there twice.", "hair=blond:0.5,red:0.5"),
        (["hair=red,blond"], "takes one value", "hair=blond:0.7,red:0.3"),
        (["hair=red,eyes=blue"], "sets one attribute", "Write --set hair=red --set eyes=blue."),
        (["hair=all"], "takes one value", "montage --rows hair"),
        (["hair=red:0.5,blond"], "no weight for 'blond'", "VALUE:WEIGHT"),
        (["hair=red:nan"], "'nan' is not a weight", "VALUE:WEIGHT"),
        (["hair=red:-1"], "negative weight", "from 0 to 1"),
        (['hair="red'], "quotation mark", "double quotes"),
        (["angle=91"], "--set angle=91 is out of range.", "from -90 to 90."),
        (["angle=nan"], "--set angle=nan is no number.", "from -90 to 90."),
        (["angle=inf"], "--set angle=inf is no number.", "from -90 to 90."),
        (["angle=left"], "--set angle=left is no number.", "from -90 to 90."),
    ],
)
def test_what_cannot_be_set(texts, message, hint):
    with pytest.raises(UsageError) as caught:
        parse_settings(texts, FACES)
    assert message in str(caught.value)
    assert hint in caught.value.hint


def test_without_attributes_there_is_nothing_to_set():
    with pytest.raises(UsageError, match="there is none") as caught:
        parse_settings(["hair=red"], NO_SCHEMA)
    assert "--digit / --class" in caught.value.hint


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=5)


@given(st.lists(NAMES, min_size=2, max_size=4, unique_by=str.casefold), NAMES)
def test_any_value_of_any_name_is_read_as_it_is_typed(values, name):
    schema = Schema((Attribute(name, tuple(values)),))
    for index in range(len(values)):
        asked = single(schema, 0, index)
        assert parse_settings(asked.typed, schema) == asked
    assert parse_settings([example(schema)], schema) == single(schema, 0, 0)


@given(st.lists(NAMES, min_size=2, max_size=6, unique_by=str.casefold))
def test_folders_are_safe_names(values):
    schema = Schema((Attribute("a", tuple(values)),))
    for index in range(len(values)):
        folder = single(schema, 0, index).folder
        assert 0 < len(folder) <= 60
        assert not set(folder) & set('/\\:*?"<>|\0 ')


def test_long_settings_have_folders_of_their_own():
    hair = Attribute("h" * 60, ("a" * 60 + "x", "a" * 60 + "y"))
    folders = {single(Schema((hair,)), 0, index).folder for index in (0, 1)}
    assert len(folders) == 2
    assert all(len(folder) <= 60 for folder in folders)


def test_a_value_in_quotes_may_look_like_another_setting():
    eyes = Attribute("eyes", ("blue", "green"))
    schema = Schema((Attribute("hair", ("red,eyes=blue", "red")), eyes))
    assert parse_settings(['hair="red,eyes=blue":0.5,red:0.5'], schema).is_blend


def test_the_name_of_a_value_wins_over_all():
    odd = Schema((Attribute("size", ("all", "half")),))
    assert weights(named("size=all", schema=odd)["size"]) == {0: 1.0}
    assert parse_settings(['size="all"'], odd).typed == ('size="all"',)


@pytest.mark.parametrize("text", ["yes", "True", "1", " smiling "])
def test_yes_and_no_of_what_an_image_has_or_has_not(text):
    people = Schema((Attribute("Smiling", ("not Smiling", "Smiling")),))
    assert weights(named(f"smiling={text}", schema=people)["Smiling"]) == {1: 1.0}
    for no in ("no", "FALSE", "0", "-1", "not smiling"):
        assert weights(named(f"Smiling={no}", schema=people)["Smiling"]) == {0: 1.0}
    with pytest.raises(UsageError, match="has no value 'yes'"):
        named("hair=yes")
