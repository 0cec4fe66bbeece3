"""Real MNIST, the real networks, a short training: digits begin to be what they are asked to be."""

import pytest
import torch

from ganctl.engine.data.dataset import load
from ganctl.engine.sampling.sampler import Sampler
from ganctl.engine.training.loop import train
from ganctl.requests.conditions.labels import one_hot
from ganctl.requests.drawing.sample import SamplePlan
from ganctl.requests.training import TrainRequest
from ganctl.runs.run import Run


@pytest.mark.slow
def test_labels_are_obeyed_and_seeds_vary_after_a_few_hundred_steps(home):
    config = TrainRequest(recipe="quick", steps=300, preview_every=75)
    run = Run.new(home / "runs" / "digits", config)
    reports = list(train(run))
    assert not [alarm for report in reports for alarm in report.alarms]
    sampler = Sampler.load(run.latest_checkpoint())
    digits = tuple(one_hot(digit, run.classes) for digit in range(10))
    sampled = sampler.draw(SamplePlan(digits, range(50))).flatten(1).float()
    labels = torch.arange(10).repeat_interleave(50)

    # The judge is the nearest real neighbour: it knows nothing of the generator.
    real = load("mnist")
    chosen = torch.randperm(len(real), generator=torch.Generator().manual_seed(0))[:5000]
    distances = torch.cdist(sampled, real.images[chosen].flatten(1).float())
    nearest = real.labels[chosen][distances.argmin(dim=1)]
    assert (nearest == labels).float().mean() > 0.6

    variety = torch.stack([torch.pdist(part).mean() for part in sampled.split(50)])
    real_variety = torch.stack(
        [
            torch.pdist(real.images[real.labels == k][:50].flatten(1).float()).mean()
            for k in range(10)
        ]
    )
    assert (variety / real_variety).min() > 0.4
