"""A checkpoint from a stranger: what its header claims is checked before networks are built."""

import json
import resource
import struct

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from ganctl.engine.models import weights
from ganctl.engine.models.networks import NETWORKS
from ganctl.engine.training import checkpoint
from ganctl.errors import CheckpointError
from ganctl.files.limits import WEIGHTS
from ganctl.requests.budget import Progress
from ganctl.requests.networks import NetworkSpec
from ganctl.runs.checkpoint_header import CheckpointHeader
from tests.engine.training.test_checkpoint import header, state_after_a_step

many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
LOADS = [weights.load_generator, weights.load_discriminator]


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "step.safetensors"
    checkpoint.save_state(state_after_a_step(), header(), path)
    return path


def spec_header(spec):
    progress = Progress(1, 64, 0.5)
    names = tuple(map(str, range(spec.classes)))
    return CheckpointHeader("0.1", "cgan", "modern", "x", names, spec, progress)


def rewritten(path, name, tensor, metadata=None):
    """Change one tensor, or leave it out."""
    tensors = load_file(path)
    if tensor is None:
        del tensors[name]
    else:
        tensors[name] = tensor
    save_file(tensors, path, metadata or header().as_metadata())


@pytest.mark.parametrize("load", LOADS)
@pytest.mark.parametrize(
    ("spec", "message"),
    [
        # 4 and 10 GiB of weights; and under the limit, 0.6 GiB each.
        (NetworkSpec("quick", 252, 3, 10_000, 4096), "makes no sense"),
        (NetworkSpec("modern", 256, 3, 10_000, 4096), "do not fit|generator alone"),
    ],
)
def test_networks_of_any_size_cost_no_memory(tmp_path, load, spec, message):
    path = tmp_path / "x.safetensors"
    save_file({"generator_ema.x": torch.zeros(1)}, path, spec_header(spec).as_metadata())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(CheckpointError, match=message):
        load(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_the_limit_leaves_room_for_the_largest_images():
    spec = NetworkSpec("infogan", 256, 3, 0, 62, categories=10, continuous=2)
    with torch.device("meta"):
        for network in (
            NETWORKS["infogan"].generator,
            NETWORKS["modern"].generator,
        ):
            assert sum(p.numel() for p in network(spec).parameters()) < WEIGHTS / 4


@pytest.mark.parametrize(
    "tensor",
    [
        None,
        torch.zeros(3, 3),
        torch.zeros(0, 2**40),
        torch.zeros(64 + 32, 4 * 4 * 64, dtype=torch.complex64),
        torch.zeros(2, 32, dtype=torch.int64),
        torch.zeros(2, 32, dtype=torch.float8_e4m3fn),
    ],
    ids=["missing", "shape", "huge and empty", "complex", "whole", "float8"],
)
def test_tensors_that_do_not_fit(saved, tensor):
    rewritten(saved, "generator_ema.embed", tensor)
    with pytest.raises(CheckpointError, match="do not fit"):
        weights.load_generator(saved)


@pytest.mark.parametrize(
    ("name", "tensor"),
    [
        ("generator_optimizer.x.exp_avg", torch.zeros(1)),
        ("generator_optimizer.999.exp_avg", torch.zeros(1)),
        ("generator_optimizer.0.odd", torch.zeros(1)),
        ("generator_optimizer.0", torch.zeros(1)),
        ("generator_optimizer.0.step", torch.zeros(7)),
        ("generator_optimizer.0.step", None),
        ("generator_optimizer.0.exp_avg_sq", torch.zeros(1)),
        ("generator_optimizer.0.exp_avg_sq", None),
        ("discriminator_optimizer.\u0663.exp_avg", torch.zeros(1)),
    ],
)
def test_an_optimizer_that_does_not_fit(saved, name, tensor):
    rewritten(saved, name, tensor)
    with pytest.raises(CheckpointError, match="do not fit"):
        checkpoint.load_state(state_after_a_step(), saved)


def test_tensors_are_copies_of_the_file(saved):
    generator, _ = weights.load_generator(saved)
    before = {name: value.clone() for name, value in generator.state_dict().items()}
    with saved.open("r+b") as file:
        file.seek(saved.stat().st_size // 2)
        file.write(bytes(1000))
        file.truncate()
    assert all(torch.equal(before[name], v) for name, v in generator.state_dict().items())


@many
@given(data=st.data())
def test_a_changed_header_is_a_checkpoint_error_or_loads(saved, data):
    content = saved.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    name = data.draw(st.sampled_from([key for key in header if key != "__metadata__"]))
    field = data.draw(st.sampled_from(["dtype", "shape", "data_offsets"]))
    odd = [["F64", "BOOL", "F8_E4M3", "x", 3, None], [[10**12], [-1], [], [0, 2**60], 2, [2**64]]]
    header[name][field] = data.draw(st.sampled_from(odd[field != "dtype"]))
    text = json.dumps(header).encode()
    path = saved.with_name("changed.safetensors")
    path.write_bytes(struct.pack("<Q", len(text)) + text + content[8 + length :])
    for load in LOADS:
        try:
            load(path)
        except CheckpointError as error:
            assert error.hint
