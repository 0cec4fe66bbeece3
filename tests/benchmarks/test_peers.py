"""The loops of ``benchmarks/peers`` are those of their descriptions."""

import math
import signal
from itertools import islice, repeat

import pytest
import torch

from benchmarks.peers import convolutional, fully_connected
from benchmarks.peers.convolutional import Convolutional, HalvingConv
from benchmarks.peers.fully_connected import FullyConnected
from benchmarks.peers.peer import Peer, conditions, in_memory
from benchmarks.quality.quality_rows import Spot
from benchmarks.quality.snapshots import judged, save_loop, save_snapshot, train_loop
from ganctl.engine.data.dataset import Dataset
from ganctl.engine.models.networks import parameter_count
from ganctl.engine.models.weights import load_generator
from ganctl.runs.checkpoint_header import read_checkpoint_header

LOOPS = [FullyConnected, Convolutional]
LABELS = torch.tensor([3, 0, 9, 3])


def linear(inputs: int, outputs: int) -> int:
    return inputs * outputs + outputs


def peer(kind: type[FullyConnected] | type[Convolutional]) -> Peer:
    images = torch.linspace(-1, 1, 4 * 784).view(4, 1, 28, 28)
    return kind(1, repeat((images, LABELS)))


def spot(mark: float) -> Spot:
    return Spot("fully-connected", False, None, mark, 1)


@pytest.mark.parametrize("kind", LOOPS)
def test_networks_give_images_and_scores(kind):
    state = peer(kind).state
    z, y = torch.randn(4, state.spec.latent_size), conditions(LABELS)
    images = state.generator(z, y)
    assert images.shape == (4, 1, 28, 28)
    assert images.min() >= -1 and images.max() <= 1
    assert state.discriminator(images, y).shape == (4,)


@pytest.mark.parametrize("kind", LOOPS)
def test_networks_see_the_label(kind):
    state = peer(kind).state
    generator, discriminator = state.generator.eval(), state.discriminator.eval()
    z = torch.randn(1, state.spec.latent_size).expand(2, -1)
    images = generator(z, conditions(torch.tensor([1, 2])))
    assert not torch.equal(images[0], images[1])
    same = images[:1].expand(2, -1, -1, -1)
    scores = discriminator(same, conditions(torch.tensor([1, 2])))
    assert scores[0] != scores[1]


def test_sizes_of_the_fully_connected_networks():
    state = peer(FullyConnected).state
    widths = linear(110, 128) + linear(128, 256) + linear(256, 512) + linear(512, 1024)
    norms = 2 * (256 + 512 + 1024)
    assert parameter_count(state.generator) == 100 + widths + norms + linear(1024, 784)
    hidden = linear(794, 512) + 2 * linear(512, 512) + linear(512, 1)
    assert parameter_count(state.discriminator) == 100 + hidden


def test_sizes_of_the_convolutional_networks():
    state = peer(Convolutional).state
    transposed = linear(16 * 138, 128) + linear(16 * 128, 128)
    sizes = linear(138, 49 * 138) + transposed + linear(49 * 128, 1)
    assert parameter_count(state.generator) == sizes
    convolutions = linear(9 * 11, 64) + linear(9 * 64, 128)
    assert parameter_count(state.discriminator) == convolutions + linear(128, 1)


def test_losses_of_the_fully_connected_loop_are_mean_squares():
    scores = torch.tensor([0.0, 3.0])
    assert fully_connected.generator_loss(scores) == (1 + 4) / 2
    loss = fully_connected.discriminator_loss(scores, torch.tensor([2.0, 0.0]))
    assert loss == ((1 + 4) / 2 + 4 / 2) / 2


def test_losses_of_the_convolutional_loop_are_cross_entropies():
    third, three = torch.tensor([-math.log(3)]), torch.tensor([math.log(3)])
    assert convolutional.generator_loss(third).item() == pytest.approx(math.log(4))
    loss = convolutional.discriminator_loss(three, torch.tensor([0.0]))
    assert loss.item() == pytest.approx((math.log(4 / 3) + math.log(2)) / 2)


@pytest.mark.parametrize("kind", LOOPS)
def test_a_step_changes_both_networks_and_counts(kind):
    loop = peer(kind)
    networks = loop.state.generator, loop.state.discriminator
    before = [[weight.clone() for weight in network.parameters()] for network in networks]
    loop.step()
    for network, weights in zip(networks, before, strict=True):
        changed = [
            not torch.equal(*pair) for pair in zip(network.parameters(), weights, strict=True)
        ]
        assert all(changed)
        assert all(weight.requires_grad for weight in network.parameters())
    assert (loop.state.step, loop.state.progress.images_seen) == (1, 4)


def test_a_seed_gives_the_same_weights():
    one, same = (peer(FullyConnected).state.generator.state_dict() for _ in range(2))
    assert all(torch.equal(one[name], same[name]) for name in one)


def test_same_padding_lies_after():
    conv = HalvingConv(1, 1)
    torch.nn.init.ones_(conv.weight)
    assert conv.bias is not None
    torch.nn.init.zeros_(conv.bias)
    with torch.no_grad():
        sums = conv(torch.ones(1, 1, 4, 4))[0, 0]
    assert sums.tolist() == [[9, 6], [6, 4]]


def test_an_epoch_in_memory_has_every_image_once():
    dataset = Dataset("some", torch.zeros(5, 1, 28, 28, dtype=torch.uint8), torch.arange(5), ())
    batches = list(islice(in_memory(dataset, 2), 3))
    assert [len(labels) for _, labels in batches] == [2, 2, 1]
    assert sorted(torch.cat([labels for _, labels in batches]).tolist()) == [0, 1, 2, 3, 4]


def test_a_training_goes_on_from_its_file(tmp_path):
    path = tmp_path / "latest.safetensors"
    train_loop(peer(FullyConnected), spot(0.02), path)
    first = read_checkpoint_header(path).progress
    assert first.seconds >= 0.02
    later = peer(FullyConnected)
    train_loop(later, spot(first.seconds + 0.02), path)
    last = read_checkpoint_header(path).progress
    assert last.seconds >= first.seconds + 0.02
    assert last.step == later.state.step > first.step
    generator, _ = load_generator(path)
    kept, now = generator.state_dict(), later.state.generator.state_dict()
    assert all(torch.equal(kept[name], now[name]) for name in now)


def test_a_signal_ends_a_training_after_its_step_and_loses_nothing(tmp_path):
    class Interrupted(FullyConnected):
        def update(self, x: torch.Tensor, labels: torch.Tensor) -> None:
            super().update(x, labels)
            signal.raise_signal(signal.SIGINT)

    loop, path = peer(Interrupted), tmp_path / "latest.safetensors"
    with pytest.raises(KeyboardInterrupt):
        train_loop(loop, spot(60), path)
    assert read_checkpoint_header(path).progress.step == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", LOOPS)
def test_judges_look_at_a_peer_as_at_a_generator_of_ganctl(kind, tmp_path):
    state = peer(kind).state
    save_loop(state, "some-peer", tmp_path / "state.safetensors")
    save_snapshot(tmp_path / "state.safetensors", 12.5, tmp_path / "seen.safetensors")
    row = judged(tmp_path / "seen.safetensors", 100)
    assert row.seconds == 12.5
    assert {"label_accuracy", "coverage", "times_floor"} <= row.samples.keys()
    assert row.samples["times_floor"] > 10
    assert row.machine and row.date
