"""Writes the golden files of this folder: python make.py"""
import os
import pickle

import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
labels = [0, 255, 256, 65535, 65536, -1]
content = {
    "data": np.array([[0, 1, 2], [253, 254, 255]], np.uint8),
    "labels": labels,
    "name": "ä",
    "bytes": b"plain",
    "flags": [True, False, None],
    "again": labels,
}
with open(os.path.join(here, "python-3.pickle"), "wb") as file:
    pickle.dump(content, file, protocol=3)
