"""Writes the golden files of this folder with NumPy and SciPy: python make.py"""
import os
import pickle

import numpy as np
from scipy.io import savemat

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

# One number for each place, so that no two axes can be exchanged unseen.
height, width, channel, image = np.indices((32, 32, 3, 3))
pixels = ((7 * height + 3 * width + 50 * channel + 11 * image) % 256).astype(np.uint8)
digits = np.array([[1], [10], [5]], np.uint8)
for name, compress in (("svhn-compressed.mat", True), ("svhn-plain.mat", False)):
    savemat(os.path.join(here, name), {"X": pixels, "y": digits}, do_compression=compress)

arrays = {
    "train_images": pixels.transpose(3, 0, 1, 2).copy(),
    "train_labels": np.array([[2], [0], [1]], np.int64),
    "test_images": pixels.transpose(3, 0, 1, 2)[:2].copy(),
    "test_labels": np.array([1, 1], np.uint8),
}
np.savez_compressed(os.path.join(here, "numpy.npz"), **arrays)
