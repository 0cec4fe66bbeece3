"""Everything that needs torch: data, networks, sampling, evaluation and training.

It may import ``runs``, ``pictures`` and what these may import, and knows no terminal: it takes a
request or a run, yields reports and batches of pixels, and raises ``GanctlError``. Begin with
``training.loop``, or with ``sampling.sampler``.
"""

import torch

# MKL makes its tanh ready in a process's first call. Where two threads make that call together, one
# of them may compute a coarse one, off by 1e-4. For a single number there is no second thread.
torch.tanh(torch.zeros(1))
