"""Boosted decision trees as plain arrays: the same answers as scikit-learn's, whose trees they were."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float32]

_AT_ONCE = 1 << 12  # rows; bounds the memory


class Trees(NamedTuple):
    """All nodes of all trees. A leaf is its own child and has a value; any other node sends smaller or equal numbers to the left."""

    inputs: NDArray[np.uint8]  # which number each node asks for; shape (nodes,)
    thresholds: Numbers  # shape (nodes,)
    left: NDArray[np.int32]  # shape (nodes,)
    right: NDArray[np.int32]  # shape (nodes,)
    values: Numbers  # log-odds, 0 but for leaves; shape (nodes,)
    roots: NDArray[np.int32]  # shape (trees,)
    base: float  # log-odds before any tree
    depth: int

    def probabilities(self, numbers: Numbers) -> Numbers:
        """From shape (rows, inputs) to (rows,)."""
        parts = [self._odds(numbers[start : start + _AT_ONCE]) for start in range(0, len(numbers), _AT_ONCE)]
        odds = np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)
        return (1 / (1 + np.exp(-odds))).astype(np.float32)

    def _odds(self, numbers: Numbers) -> Numbers:
        flat = np.ascontiguousarray(numbers).ravel()
        rows = (np.arange(len(numbers)) * numbers.shape[1])[:, None]
        nodes = np.broadcast_to(self.roots, (len(numbers), len(self.roots)))
        for _ in range(self.depth):
            smaller = flat[rows + self.inputs[nodes]] <= self.thresholds[nodes]
            nodes = np.where(smaller, self.left[nodes], self.right[nodes])
        odds: Numbers = self.values[nodes].sum(axis=1) + np.float32(self.base)
        return odds

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """The numbers as they are stored."""
        parts = {name: np.asarray(part) for name, part in self._asdict().items()}
        return {f"{prefix}_{name}": part for name, part in parts.items()}

    @classmethod
    def read(cls, prefix: str, arrays: Mapping[str, NDArray[Any]], inputs: int) -> Self:
        """What `arrays` stored. Raises KeyError where one is missing, ValueError where they are no trees over so many inputs."""
        inputs_, thresholds, left, right, values, roots, base, depth = (arrays[f"{prefix}_{name}"] for name in cls._fields)
        trees = cls(inputs_, thresholds, left, right, values, roots, float(base), int(depth))
        size = len(trees.inputs)
        nodes = np.concatenate([trees.left, trees.right, trees.roots])
        if not size or int(trees.inputs.max()) >= inputs or int(nodes.min()) < 0 or int(nodes.max()) >= size:
            raise ValueError(f"{prefix} are no trees over {inputs} numbers")
        if any(len(part) != size for part in (trees.thresholds, trees.left, trees.right, trees.values)):
            raise ValueError(f"{prefix} lacks nodes")
        return trees


def of_sklearn(model: Any) -> Trees:
    """The trees of a fitted HistGradientBoostingClassifier of two classes that saw no missing values and no categories."""
    parts: dict[str, list[NDArray[Any]]] = {name: [] for name in ("inputs", "thresholds", "left", "right", "values")}
    roots, size, depth = [], 0, 0
    for (predictor,) in model._predictors:  # noqa: SLF001 - scikit-learn has no public way to its trees
        nodes = predictor.nodes
        leaf, own = nodes["is_leaf"].astype(bool), np.arange(len(nodes))
        parts["inputs"].append(np.where(leaf, 0, nodes["feature_idx"]).astype(np.uint8))
        parts["thresholds"].append(_not_above(np.where(leaf, 0.0, nodes["num_threshold"])))
        parts["left"].append((size + np.where(leaf, own, nodes["left"])).astype(np.int32))
        parts["right"].append((size + np.where(leaf, own, nodes["right"])).astype(np.int32))
        parts["values"].append(np.where(leaf, nodes["value"], 0.0).astype(np.float32))
        roots.append(size)
        size, depth = size + len(nodes), max(depth, int(nodes["depth"].max()))
    base = float(np.ravel(model._baseline_prediction)[0])  # noqa: SLF001
    joined = {name: np.concatenate(part) for name, part in parts.items()}
    return Trees(**joined, roots=np.array(roots, dtype=np.int32), base=base, depth=depth)


def _not_above(thresholds: NDArray[np.float64]) -> Numbers:
    """The largest 32-bit number that is not above each threshold: 32-bit numbers fall on the same side of both."""
    rounded = thresholds.astype(np.float32)
    below: Numbers = np.where(rounded > thresholds, np.nextafter(rounded, np.float32(-np.inf)), rounded).astype(np.float32)
    return below
