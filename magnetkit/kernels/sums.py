"""Sums of figures of the elements over the atoms of each composition."""

from ._accelerate import jit


# rows     Rows of n compositions
# figures  float64[118, k]   of each element, contiguous
# out      float64[n, k]     zeros on entry, contiguous
# Writes rows start to stop. A NaN of an element that is there makes its sum NaN.
@jit
def over_atoms(rows, figures, out, start, stop):
    """Write the sum of each figure, weighted by the amounts, for rows `start` to `stop`."""
    for i in range(start, stop):
        for e in range(rows.indptr[i], rows.indptr[i + 1]):
            amount, element = rows.values[e], rows.indices[e]
            for k in range(figures.shape[1]):
                out[i, k] += amount * figures[element, k]
