"""Lengths of trainings."""

import pytest

from ganctl.errors import UsageError
from ganctl.requests.budget import Budget, BudgetUnit, Progress, choose_budget, too_short
from ganctl.requests.training import TrainRequest


def test_one_budget_or_none():
    assert choose_budget(None, None, None) is None
    assert choose_budget(None, 7, None) == Budget(BudgetUnit.STEPS, 7)
    assert choose_budget(0.5, None, None) == Budget(BudgetUnit.EPOCHS, 0.5)


def test_budgets_beyond_all_measure():
    """Numbers that a float cannot hold, or that make infinitely many steps."""
    with pytest.raises(UsageError, match="--steps"):
        TrainRequest(steps=10**400)
    with pytest.raises(UsageError, match="--epochs"):
        TrainRequest(epochs=1e308).budget.steps(60_000, 64)


@pytest.mark.parametrize(
    ("budget", "steps"),
    [
        (Budget(BudgetUnit.EPOCHS, 2), 20),
        (Budget(BudgetUnit.EPOCHS, 0.01), 1),
        (Budget(BudgetUnit.STEPS, 7), 7),
        (Budget(BudgetUnit.MINUTES, 1), None),
    ],
)
def test_budgets_in_steps(budget, steps):
    assert budget.steps(images=1000, batch=100) == steps


def test_a_product_that_is_off_by_rounding_is_no_step_more():
    assert 0.07 * 6400 > 448
    assert Budget(BudgetUnit.EPOCHS, 0.07).steps(images=6400, batch=64) == 7


def test_progress_counts_steps_or_the_clock():
    assert Budget(BudgetUnit.STEPS, 10).spent(Progress(5, 50, 999.0), 10) == 0.5
    assert Budget(BudgetUnit.MINUTES, 2).spent(Progress(5, 50, 30.0), None) == 0.25
    assert Budget(BudgetUnit.MINUTES, 1).spent(Progress(5, 50, 90.0), None) == 1.0


def test_budgets_read_as_words():
    assert str(Budget(BudgetUnit.MINUTES, 3)) == "3 minutes"
    assert str(Budget(BudgetUnit.EPOCHS, 1)) == "1 epoch"
    assert str(Budget(BudgetUnit.EPOCHS, 0.25)) == "0.25 epochs"
    assert str(Budget(BudgetUnit.STEPS, 1_234_567)) == "1,234,567 steps"


def test_the_usual_length_is_said_where_it_is_a_few_steps():
    usual = Budget(BudgetUnit.EPOCHS, 6)
    assert too_short(usual, usual, images=120, batch=64) == [
        "6 epochs of 120 images: 12 steps; --minutes 3 trains longer"
    ]
    assert too_short(usual, usual, images=60_000, batch=64) == []
    assert too_short(Budget(BudgetUnit.EPOCHS, 5), usual, images=120, batch=64) == []
    assert too_short(Budget(BudgetUnit.MINUTES, 3), usual, images=120, batch=64) == []
