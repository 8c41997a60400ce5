"""Regression trees kept as plain arrays, so that a model file holds no pickle."""

from dataclasses import dataclass

import numpy as np

from .._core._types import FloatArray, IntArray

# Rows that go down the trees at a time.
_CHUNK = 2000


@dataclass(frozen=True, eq=False)
class Forest:
    """Regression trees as arrays, the nodes of all trees one after another.

    Attributes
    ----------
    roots : ndarray of int64, shape (trees,)
        First node of each tree.
    column : ndarray of int64, shape (nodes,)
        Which column a node compares, -1 for a leaf.
    threshold : ndarray of float64, shape (nodes,)
        Rows up to it go to the left.
    left, right : ndarray of int64, shape (nodes,)
        The nodes that follow.
    value : ndarray of float64, shape (nodes,)
        Mean of the values that a node was grown from.
    """

    roots: IntArray
    column: IntArray
    threshold: FloatArray
    left: IntArray
    right: IntArray
    value: FloatArray

    @classmethod
    def grow(
        cls, X: FloatArray, y: FloatArray, trees: int, seed: int
    ) -> "Forest":
        """Grow extremely randomised trees (P. Geurts et al., Mach. Learn. 63 (2006) 3).

        Parameters
        ----------
        X : ndarray, shape (n, d)
            Columns, finite.
        y : ndarray, shape (n,)
            Values, finite.
        trees, seed : int
            Number of trees, 1 or more, and seed of the generator.

        Returns
        -------
        Forest
            A new one, grown in single precision; it needs scikit-learn no more.
        """
        from sklearn.ensemble import ExtraTreesRegressor

        forest = ExtraTreesRegressor(trees, random_state=seed).fit(X, y)
        single = [tree.tree_ for tree in forest.estimators_]
        counts = np.array([tree.node_count for tree in single])
        roots = np.concatenate([[0], np.cumsum(counts)[:-1]])
        shift = np.repeat(roots, counts)
        feature = np.concatenate([tree.feature for tree in single])
        return cls(
            roots=roots.astype(np.int64),
            column=np.where(feature < 0, -1, feature).astype(np.int64),
            threshold=np.concatenate([tree.threshold for tree in single]),
            left=np.concatenate([tree.children_left for tree in single])
            + shift,
            right=np.concatenate([tree.children_right for tree in single])
            + shift,
            value=np.concatenate([tree.value[:, 0, 0] for tree in single]),
        )

    def predict(self, X: FloatArray) -> FloatArray:
        """Return the mean of the trees for each row of `X`, (n, d), in the unit of the values, (n,).

        `X` is float64 and has the columns that the trees were grown from, in their order. No row
        gives an empty array.
        """
        result = np.empty(len(X))
        for start in range(0, len(X), _CHUNK):
            rows = slice(start, start + _CHUNK)
            result[rows] = self._mean_of_trees(X[rows])
        return result

    def _mean_of_trees(self, X: FloatArray) -> FloatArray:
        """Compute the mean of the trees for each row of `X`, (n, d), in single precision as they were grown.

        The result is float64 (n,), in the unit of the values. `X` is float64, and a value is
        rounded to single precision before it is compared; one equal to the threshold goes to the
        left.
        """
        # The trees were grown in single precision.
        single = X.astype(np.float32)
        row = np.arange(len(X))[:, None]
        node = np.tile(self.roots, (len(X), 1))
        while True:
            column = self.column[node]
            inner = column >= 0
            if not inner.any():
                return self.value[node].mean(axis=1)
            goes_left = single[row, column] <= self.threshold[node]
            child = np.where(goes_left, self.left[node], self.right[node])
            node = np.where(inner, child, node)
