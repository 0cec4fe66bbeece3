"""Everything that needs torch: data, networks, objectives, training and sampling.

The engine knows no terminal: it takes a configuration, yields reports and
batches of pixels, and raises ``GanctlError``.
"""

import torch

# MKL makes its tanh ready in a process's first call. Where two threads make that call together, one
# of them may compute a coarse one, off by 1e-4. For a single number there is no second thread.
torch.tanh(torch.zeros(1))
