"""The networks: each pair of a generator and a discriminator, and the encoder that reads captions.

They may import the interfaces of the room above, requests and torch. Begin with ``modern``.
"""
