"""What ``import ganctl`` offers: training, generators and runs, for Python and notebooks.

It may import every room but ``cli``, and torch only inside of functions. ``ganctl/__init__.py``
says which names are public. Begin with ``training.train``, then ``generator.Generator``.
"""
