"""What a generator can be conditioned on, and what may be asked of it: labels, attributes, words.

It may import ``requests.checks``, ``requests.networks`` and ``files``. Begin with ``schema``,
which says what a data set's table says of each image, then ``labels``
and ``settings``, what is asked for.
"""
