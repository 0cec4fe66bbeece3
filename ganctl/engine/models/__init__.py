"""Networks, their losses, and what the discriminator sees images through.

It may import ``engine.data`` and the rooms below the engine; no run and no
training loop is known here. Begin with ``base``, which has the interfaces, then
read ``objectives`` for the losses, ``labels`` for what they make of labels, and
``pairs.modern`` for the networks.
"""
