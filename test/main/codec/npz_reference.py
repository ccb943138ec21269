"""Writes the arrays of npz-read.test.ts with NumPy: `npz_reference.py <folder>`."""

import sys
from pathlib import Path

import numpy as np

TYPES = ["bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"]


def arrays() -> dict[str, np.ndarray]:
    result = {}
    for name in TYPES:
        values = [0, 1, 1] if name == "bool" else [0, 1, 100] if name.startswith("u") else [0, -1, 100]
        result[name] = np.array(values, dtype=name)
        result[f"{name}-big"] = result[name].astype(result[name].dtype.newbyteorder(">"))
    grid = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    result["c-order"] = grid
    result["fortran-order"] = np.asfortranarray(grid)
    result["fractions"] = np.array([[0.5, -1.25e-3], [np.inf, 3e38]], dtype=np.float64)
    result["scalar"] = np.array(7, dtype=np.int32)
    result["empty"] = np.zeros((2, 0), dtype=np.float32)
    result["long"] = np.arange(5000, dtype=np.int16)
    return result


folder = Path(sys.argv[1])
np.savez(folder / "stored.npz", **arrays())
np.savez_compressed(folder / "deflated.npz", **arrays())
