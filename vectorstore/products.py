"""Matrix products on the caller's own thread.

OpenBLAS, which numpy brings, spreads all but the smallest products over threads, and each of these then keeps
a core busy for milliseconds, waiting for more: that was a third of an answer's processor time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_ALONE = 1 << 18  # multiplications of a product that OpenBLAS leaves to one thread, whatever the processor


def product(left: Floats, right: Floats, out: Floats | None = None) -> Floats:
    """Return the product of (n, d) and (d, m), (n, m), or of (n, d) and (d,), (n,).

    Args:
        left: (n, d) rows.
        right: (d, m) columns, or a vector (d,).
        out: (n, m) to write into, of a matrix's product.
    """
    if right.ndim == 1:
        found: Floats = np.einsum("nd,d->n", left, right)
        return found
    if out is None:
        out = np.empty((len(left), right.shape[1]), dtype=np.float32)
    rows = max(1, _ALONE // max(1, right.size))
    for start in range(0, len(left), rows):
        np.matmul(left[start : start + rows], right, out=out[start : start + rows])
    return out
