"""Writes the golden files of this folder with NumPy, SciPy and Pillow: python make.py"""
import os
import pickle

import numpy as np
from PIL import Image
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

# A picture that is smooth, so that JPEG keeps it small, and different along each axis and channel.
row, column = np.mgrid[0:45, 0:67]
picture = np.stack(
    [128 + 100 * np.sin(column / 9), 128 + 100 * np.cos(row / 7), (3 * column + row) % 256], axis=-1
).astype(np.uint8)
colour, grey = Image.fromarray(picture), Image.fromarray(picture[..., 0])
colour.save(os.path.join(here, "colour.jpg"), quality=85)
colour.save(os.path.join(here, "colour.png"))
colour.convert("CMYK").save(os.path.join(here, "cmyk.jpg"), quality=85)
grey.save(os.path.join(here, "grey.jpg"), quality=85)


def fitted(name, size, resize):
    """torchvision's Resize(resize) and CenterCrop(size) of an image that Pillow opens."""
    image = Image.open(os.path.join(here, name)).convert("RGB")
    width, height = image.size
    shorter = min(width, height)
    lengths = [resize if length == shorter else int(resize * length / shorter) for length in (width, height)]
    image = image.resize(lengths, Image.Resampling.BILINEAR)
    left, top = (int(round((length - size) / 2)) for length in lengths)
    return np.asarray(image.crop((left, top, left + size, top + size)))


fits = {"smaller": (16, 20), "larger": (51, 60), "same": (45, 45), "odd": (21, 32)}
np.savez_compressed(
    os.path.join(here, "pillow.npz"),
    **{
        f"{name.replace('.', '-')}-{fit}": fitted(name, *sizes)
        for name in ("colour.jpg", "colour.png", "grey.jpg")
        for fit, sizes in fits.items()
    },
)
