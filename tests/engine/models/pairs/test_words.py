"""A caption's embedding: of its words in their order, whatever stands beside it."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganctl.engine.models.conditions import caption_conditions
from ganctl.engine.models.networks import (
    NETWORKS,
    build_discriminator,
    build_generator,
    parameter_count,
)
from ganctl.engine.models.pairs.words import TextEncoder, WordsDiscriminator, WordsGenerator
from ganctl.requests.networks import NetworkSpec

SPEC = NetworkSpec("modern", 8, 1, 0, 4, words=20, caption_length=6, text_size=5)


def encoder():
    torch.manual_seed(0)
    return TextEncoder(SPEC)


def embedded(*captions, length=6):
    rows = [[*words, *[0] * (length - len(words))] for words in captions]
    return encoder()(caption_conditions(torch.tensor(rows)))


captions = st.lists(st.integers(1, 19), max_size=6)


@given(st.lists(captions, min_size=1, max_size=5), st.integers(6, 12))
def test_neither_padding_nor_other_captions_change_an_embedding(several, length):
    alone = torch.cat([embedded(words) for words in several])
    torch.testing.assert_close(embedded(*several, length=length), alone)


def test_the_order_of_words_matters():
    one, other = embedded([2, 3, 4], [4, 3, 2])
    assert (one - other).abs().max() > 1e-3


def test_a_caption_without_words_and_one_of_unknown_words_have_embeddings():
    none, unknown = embedded([], [1])
    assert none.isfinite().all()
    assert (unknown - none).abs().max() > 1e-3


def test_several_captions_are_summed_by_their_weights():
    one, other = embedded([2, 3], [4, 5, 6])
    both = torch.tensor([[[0.25, 2, 3, 0, 0, 0, 0], [0.75, 4, 5, 6, 0, 0, 0]]])
    torch.testing.assert_close(encoder()(both), (0.25 * one + 0.75 * other)[None])


def test_padding_gets_no_gradient_and_every_word_does():
    network = encoder()
    network(caption_conditions(torch.tensor([[2, 3, 0, 0, 0, 0]]))).sum().backward()
    assert network.words.grad is not None
    reached = network.words.grad.abs().sum(dim=1).nonzero().flatten().tolist()
    assert reached == [2, 3]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_discriminators_encoder_learns_and_the_generator_follows(name):
    spec = replace(SPEC, name=name, image_size=28)
    generator, discriminator = build_generator(spec), build_discriminator(spec)
    assert isinstance(generator, WordsGenerator)
    assert isinstance(discriminator, WordsDiscriminator)
    learned = parameter_count(discriminator) - parameter_count(discriminator.inner)
    assert learned == parameter_count(TextEncoder(spec))
    assert parameter_count(generator) == parameter_count(generator.inner)
    captions = caption_conditions(torch.tensor([[2, 3, 0, 0, 0, 0], [4, 5, 6, 0, 0, 0]]))
    assert not torch.equal(generator.encoder(captions), discriminator.encoded(captions))
    generator.follow(discriminator)
    assert torch.equal(generator.encoder(captions), discriminator.encoded(captions))
    before = generator.encoder(captions)
    with torch.no_grad():
        discriminator.encoder.out.bias.add_(1)
    assert torch.equal(generator.encoder(captions), before)
