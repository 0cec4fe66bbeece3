"""What torchrun says of the processes that train together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.errors import UsageError
from ganctl.runs.world import World, this_world


def test_without_torchrun_there_is_one_process(monkeypatch):
    for variable in ("RANK", "LOCAL_RANK", "WORLD_SIZE"):
        monkeypatch.delenv(variable, raising=False)
    assert this_world() == World(0, 0, 1)
    assert this_world().is_main


def test_torchrun_is_heard(monkeypatch):
    for variable, value in {"RANK": "5", "LOCAL_RANK": "1", "WORLD_SIZE": "8"}.items():
        monkeypatch.setenv(variable, value)
    assert this_world() == World(5, 1, 8)
    assert not this_world().is_main


@pytest.mark.parametrize(("rank", "size"), [("2", "2"), ("-1", "2"), ("one", "2"), ("0", "0")])
def test_nonsense_is_refused(monkeypatch, rank, size):
    monkeypatch.setenv("RANK", rank)
    monkeypatch.setenv("WORLD_SIZE", size)
    with pytest.raises(UsageError, match="WORLD_SIZE"):
        this_world()


@given(rows=st.integers(1, 20), size=st.integers(1, 8))
def test_the_shares_are_the_batch(rows, size):
    batch = list(range(rows * size))
    shares = [batch[World(rank, rank, size).shard(len(batch))] for rank in range(size)]
    assert [row for shard in shares for row in shard] == batch
    assert {len(shard) for shard in shares} == {rows}


def test_a_batch_that_cannot_be_split_is_refused():
    with pytest.raises(UsageError, match="--batch 64 cannot be split evenly among 3") as caught:
        World(0, 0, 3).shard(64)
    assert "multiple of 3" in caught.value.hint
