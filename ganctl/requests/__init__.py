"""What may be asked for: every option, default and check. No torch.

It may import ``files`` and ``errors``. Begin with ``training``, which has the options of
``ganctl train``.
"""
