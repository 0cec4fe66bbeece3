"""What is saved comes back to the bit, and what is damaged is refused."""

import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn.utils import convert_conv2d_weight_memory_format

from ganctl.engine.models import weights
from ganctl.engine.training import checkpoint
from ganctl.engine.training.state import new_state
from ganctl.errors import CheckpointError, FileError
from ganctl.requests.budget import Progress
from ganctl.requests.networks import CodeMap, NetworkSpec
from ganctl.requests.recipes import RECIPES, RecipeName
from ganctl.runs.checkpoint_header import CheckpointHeader, read_checkpoint_header

SPEC = NetworkSpec("modern", 8, 1, 2, RECIPES[RecipeName.MODERN].latent_size)


def state_after_a_step(seed=0, spec=SPEC):
    state = new_state(spec, RECIPES[RecipeName.MODERN], seed, torch.device("cpu"))
    for network, optimizer in (
        (state.generator, state.generator_optimizer),
        (state.discriminator, state.discriminator_optimizer),
    ):
        for parameter in network.parameters():
            parameter.grad = torch.ones_like(parameter)
        optimizer.step()
    state.progress = Progress(1, 100, 0.5)
    return state


def header(spec=SPEC, step=1):
    progress = Progress(step, 100, 0.5)
    return CheckpointHeader("0.0", "cgan", "modern", "lines", ("across", "down"), spec, progress)


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "checkpoints" / "step.safetensors"
    checkpoint.save_state(state_after_a_step(), header(), path)
    return path


def everything(state):
    networks = (state.generator, state.generator_ema, state.discriminator)
    tensors: dict[tuple[object, ...], torch.Tensor]
    tensors = {(i, k): v for i, n in enumerate(networks) for k, v in n.state_dict().items()}
    for owner, optimizer in (
        ("generator", state.generator_optimizer),
        ("discriminator", state.discriminator_optimizer),
    ):
        for index, moments in optimizer.state_dict()["state"].items():
            tensors |= {(owner, index, k): v for k, v in moments.items()}
    return tensors


def test_a_state_comes_back_to_the_bit(saved):
    restored = new_state(SPEC, RECIPES[RecipeName.MODERN], 5, torch.device("cpu"))
    checkpoint.load_state(restored, saved)
    first, second = everything(state_after_a_step()), everything(restored)
    assert first.keys() == second.keys()
    assert [name for name in first if not torch.equal(first[name], second[name])] == []
    assert restored.progress == Progress(1, 100, 0.5)


def test_the_generator_comes_back_alone_in_half_precision(tmp_path):
    state = state_after_a_step()
    path = tmp_path / "half.safetensors"
    weights.save_generator(state.generator_ema, header(), path, torch.float16)
    generator, read = weights.load_generator(path)
    assert read == header()
    assert not generator.training
    for name, value in state.generator_ema.state_dict().items():
        restored = generator.state_dict()[name]
        assert restored.dtype == value.dtype
        assert torch.allclose(restored.float(), value.float(), atol=1e-3)
    assert {tensor.dtype for tensor in load_file(path).values()} <= {torch.float16, torch.int64}


@pytest.mark.parametrize("kept", [0.0, 0.01, 0.5, 0.999])
def test_a_truncated_file_is_refused(saved, kept):
    content = saved.read_bytes()
    saved.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(CheckpointError, match="truncated or damaged"):
        weights.load_generator(saved)


def test_tensors_of_another_shape_are_refused(saved):
    tensors = load_file(saved)
    tensors["generator_ema.project.weight"] = torch.zeros(3, 3)
    save_file(tensors, saved, header().as_metadata())
    with pytest.raises(CheckpointError, match="do not fit"):
        weights.load_generator(saved)


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_weights_that_are_not_finite_are_refused_instead_of_drawn_black(saved, value):
    tensors = load_file(saved)
    tensors["generator_ema.project.weight"][0, 0] = value
    save_file(tensors, saved, header().as_metadata())
    with pytest.raises(CheckpointError, match="NaN or infinite"):
        weights.load_generator(saved)


@pytest.mark.parametrize("change", ["missing", "shape"])
def test_an_optimizer_that_does_not_fit_is_refused(saved, change):
    tensors = load_file(saved)
    name = "generator_optimizer.0.exp_avg"
    if change == "missing":
        tensors = {key: value for key, value in tensors.items() if ".0." not in key}
    else:
        tensors[name] = torch.zeros(1)
    save_file(tensors, saved, header().as_metadata())
    with pytest.raises(CheckpointError):
        checkpoint.load_state(state_after_a_step(), saved)


def test_other_networks_are_refused(saved):
    other = state_after_a_step(spec=NetworkSpec("modern", 16, 1, 2, SPEC.latent_size))
    with pytest.raises(CheckpointError, match="other networks"):
        checkpoint.load_state(other, saved)


def test_an_unknown_network_is_refused(tmp_path):
    path = tmp_path / "strange.safetensors"
    save_file(
        {"generator_ema.x": torch.zeros(1)},
        path,
        header(NetworkSpec("odd", 8, 1, 2, 4)).as_metadata(),
    )
    with pytest.raises(CheckpointError, match="'odd'"):
        weights.load_generator(path)


def test_a_failed_save_leaves_the_old_file(saved, monkeypatch):
    before = saved.read_bytes()

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(FileError, match="No space left"):
        checkpoint.save_state(state_after_a_step(3), header(step=2), saved)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_the_discriminator_comes_back_to_the_bit(saved):
    discriminator, read = weights.load_discriminator(saved)
    assert read == header()
    assert not discriminator.training
    assert not any(parameter.requires_grad for parameter in discriminator.parameters())
    kept = state_after_a_step().discriminator.state_dict()
    assert all(torch.equal(kept[name], v) for name, v in discriminator.state_dict().items())


def test_loading_uses_up_no_random_numbers(saved):
    torch.manual_seed(3)
    weights.load_discriminator(saved)
    weights.load_generator(saved)
    sampled = torch.rand(3)
    assert torch.equal(sampled, torch.rand(3, generator=torch.Generator().manual_seed(3)))


def test_a_generator_alone_has_no_discriminator(tmp_path):
    path = tmp_path / "half.safetensors"
    weights.save_generator(state_after_a_step().generator_ema, header(), path, torch.float16)
    with pytest.raises(CheckpointError, match="a generator alone"):
        weights.load_discriminator(path)


@pytest.mark.parametrize("load", [weights.load_generator, weights.load_discriminator])
@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (NetworkSpec("odd", 8, 1, 2, 4), "'odd'"),
        (NetworkSpec("classic", 32, 1, 2, 4), "makes no sense"),
    ],
)
def test_networks_that_cannot_be_built_are_refused(tmp_path, load, spec, message):
    path = tmp_path / "strange.safetensors"
    save_file({"generator_ema.x": torch.zeros(1)}, path, header(spec).as_metadata())
    with pytest.raises(CheckpointError, match=message):
        load(path)


def test_what_categories_mean_is_kept_in_half_precision(tmp_path):
    spec = replace(SPEC, name="infogan", classes=0, categories=2, continuous=2)
    state = new_state(spec, RECIPES[RecipeName.MODERN], 0, torch.device("cpu"))
    mapped = replace(header(spec), code_map=CodeMap((1, 0), 0.25))
    path = tmp_path / "half.safetensors"
    weights.save_generator(state.generator_ema, mapped, path, torch.float16)
    assert weights.load_generator(path)[1] == mapped


def test_a_state_of_an_older_version_is_gone_on_with(saved):
    values = json.loads(header().as_metadata()["card"])
    del values["code_map"]
    for field in ("latent", "categories", "continuous"):
        del values["network"][field]
    old = {"format_version": "1", "card": json.dumps(values)}
    save_file(load_file(saved), saved, header().as_metadata() | old)
    assert read_checkpoint_header(saved) == header()
    restored = new_state(SPEC, RECIPES[RecipeName.MODERN], 5, torch.device("cpu"))
    checkpoint.load_state(restored, saved)
    assert restored.step == 1


def test_moments_lie_in_memory_as_their_weights_do(tmp_path):
    """Adam's fused kernel walks both in the order of memory, whatever the shapes say."""

    def last_channels(seed):
        state = new_state(SPEC, RECIPES[RecipeName.MODERN], seed, torch.device("cpu"))
        convert_conv2d_weight_memory_format(state.generator, torch.channels_last)
        return state

    def step(state):
        for number, parameter in enumerate(state.generator.parameters()):
            rng = torch.Generator().manual_seed(number)
            parameter.grad = torch.empty_like(parameter).copy_(
                torch.randn(parameter.shape, generator=rng)
            )
        state.generator_optimizer.step()

    whole, again = last_channels(0), last_channels(1)
    step(whole)
    checkpoint.save_state(whole, header(), tmp_path / "a.safetensors")
    checkpoint.load_state(again, tmp_path / "a.safetensors")
    for parameter in again.generator.parameters():
        moments = again.generator_optimizer.state[parameter]
        assert moments["exp_avg"].stride() == moments["exp_avg_sq"].stride() == parameter.stride()
    assert any(not parameter.is_contiguous() for parameter in again.generator.parameters())
    step(whole)
    step(again)
    for one, two in zip(whole.generator.parameters(), again.generator.parameters(), strict=True):
        assert torch.equal(one, two)


@pytest.mark.parametrize(
    "load", [weights.load_generator, weights.load_discriminator], ids=["g", "d"]
)
def test_a_file_that_is_replaced_while_it_is_read(saved, monkeypatch, load):
    """Its header and its weights are of the same step."""
    read = weights.read_tensors
    newer = [state_after_a_step(seed=2)]

    def replaced(*arguments):
        if newer:
            checkpoint.save_state(newer.pop(), header(step=2), saved)
        return read(*arguments)

    monkeypatch.setattr(weights, "read_tensors", replaced)
    for seed, step in ((0, 1), (2, 2)):
        network, seen = load(saved)
        assert seen.progress.step == step
        state = state_after_a_step(seed)
        of_state = {weights.load_generator: state.generator_ema}.get(load, state.discriminator)
        expected = of_state.state_dict()
        assert all(torch.equal(value, expected[k]) for k, value in network.state_dict().items())
    assert not newer
