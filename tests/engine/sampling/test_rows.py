"""What settings leave free is drawn as the rows of the data go together."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganctl.engine.sampling.rows import Rows
from ganctl.requests.conditions.schema import Attribute, Quantity, Schema
from ganctl.requests.conditions.settings import Settings, parse_settings, single

SEX = Attribute("sex", ("male", "female"))
BEARD = Attribute("beard", ("no", "yes"))
EYES = Attribute("eyes", ("blue", "green", "brown"))
PEOPLE = {(0, 0): 200, (0, 1): 300, (1, 0): 500}
ROWS = tuple((*each, eyes) for each in PEOPLE for eyes in range(3))
FACES = Schema((SEX, BEARD, EYES), (), None, ROWS, tuple(PEOPLE[row[:2]] for row in ROWS))
FREE = Settings()


def drawn(schema, *texts, seeds=range(2000)):
    settings = parse_settings(texts, schema)
    return Rows(schema).draw([settings] * len(seeds), seeds)


def test_rows_come_as_often_as_the_data_have_them():
    values = drawn(FACES)
    expected = torch.tensor(FACES.counts) / sum(FACES.counts)
    found = torch.stack([(values == torch.tensor(row)).all(dim=1).sum() for row in ROWS])
    statistic = ((found - 2000 * expected) ** 2 / (2000 * expected)).sum()
    assert found.sum() == 2000
    assert statistic < 27.9  # 99.95% of chi-squared with 8 degrees of freedom.


def test_dependent_columns_go_together():
    assert drawn(FACES, "sex=female")[:, 1].max() == 0
    assert drawn(FACES, "beard=yes")[:, 0].max() == 0
    of_men = drawn(FACES, "sex=male")[:, 1].mean()
    assert of_men == pytest.approx(0.6, abs=0.04)


def test_a_seed_keeps_its_row_while_an_independent_column_changes():
    free = drawn(FACES)
    for value in EYES.values:
        named = drawn(FACES, f"eyes={value}")
        assert torch.equal(named[:, :2], free[:, :2])


def test_what_is_named_wins_even_if_the_data_never_have_it():
    values = drawn(FACES, "sex=female", "beard=yes", seeds=range(50))
    assert (values[:, 0] == 1).all()
    assert (values[:, 1] == 1).all()
    assert len(values[:, 2].unique()) == 3


def test_a_seed_draws_the_same_whatever_the_others_are():
    many = drawn(FACES, "sex=male", seeds=range(20))
    assert torch.equal(drawn(FACES, "sex=male", seeds=[13])[0], many[13])
    mixed = Rows(FACES).draw([FREE, single(FACES, 0, 0)], [13, 13])
    assert torch.equal(mixed[1], many[13])


def test_a_blend_is_between_and_lifts_in_proportion():
    values = drawn(FACES, "sex=male:0.5,female:0.5")
    assert values[:, 0].isnan().all()
    assert values[:, 1].mean() == pytest.approx(0.3, abs=0.04)


SCALED = [-1 + index / 50 for index in range(101)]
LEANING = Schema(
    (Attribute("side", ("left", "right")),),
    (Quantity("angle", 0, 100), Quantity("age", 20, 60)),
    None,
    tuple((float(angle > 0), angle, age) for angle in SCALED for age in (-1.0, 1.0)),
    (10,) * 202,
)


def test_numbers_go_together_with_values():
    left = drawn(LEANING, "side=left")
    assert left[:, 1].max() <= 0.25
    steep = drawn(LEANING, "angle=90")
    assert (steep[:, 0] == 1).all()
    assert steep[0, 1].item() == pytest.approx(0.8)
    assert torch.equal(drawn(LEANING, "age=33")[:, :2], drawn(LEANING)[:, :2])


def test_what_is_not_known_stays_so():
    schema = Schema((SEX, EYES), (), None, ((None, 0), (0, None), (1, 1)), (5, 5, 5))
    values = drawn(schema, seeds=range(60))
    assert values[:, 0].isnan().any()
    named = drawn(schema, "sex=male", seeds=range(60))
    assert not named[:, 0].isnan().any()
    assert torch.equal(named[:, 1].isnan(), values[:, 1].isnan())


def test_without_rows_nothing_else_is_known():
    schema = Schema((SEX, EYES), (Quantity("angle", 0, 1),))
    values = drawn(schema, "sex=female", seeds=[0])
    assert values[0, 0] == 1
    assert values[0, 1:].isnan().all()
    assert drawn(schema, "angle=1", seeds=[0])[0, 2] == 1


@st.composite
def schemas(draw):
    sizes = draw(st.lists(st.integers(2, 3), min_size=2, max_size=3))
    attributes = tuple(
        Attribute(f"a{place}", tuple(map(str, range(size)))) for place, size in enumerate(sizes)
    )
    row = st.tuples(*[st.none() | st.integers(0, size - 1) for size in sizes])
    rows = draw(st.lists(row, min_size=1, max_size=8, unique=True))
    counts = draw(st.lists(st.integers(1, 500), min_size=len(rows), max_size=len(rows)))
    return Schema(attributes, (), None, tuple(rows), tuple(counts))


@given(schemas(), st.data())
def test_what_is_drawn_never_contradicts_what_is_named(schema, data):
    places = data.draw(st.sets(st.integers(0, len(schema.names) - 1)))
    named = {place: data.draw(st.integers(0, schema.sizes[place] - 1)) for place in places}
    settings = Settings()
    for place, index in named.items():
        settings = settings.within(single(schema, place, index))
    values = Rows(schema).draw([settings] * 5, range(5))
    for row in values.tolist():
        assert all(row[place] == index for place, index in named.items())
        free = [place for place in range(len(row)) if place not in named]
        known = [None if math.isnan(row[place]) else row[place] for place in free]
        assert known in [[each[place] for place in free] for each in schema.rows]
