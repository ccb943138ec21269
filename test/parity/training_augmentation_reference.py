"""Crops and resizes images in PyTorch: the oracle of training-augmentation.test.ts, and the maker of its golden file.

    python3 test/parity/training_augmentation_reference.py FOLDER

Reads cases.json (pixels, crops, size of the result) and writes result.safetensors: the resized crops of each case,
[count, height, width, channels]. Everything is computed in float64.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file


def resized(case):
    images = torch.tensor(case["pixels"], dtype=torch.float64).reshape(-1, *case["shape"]).permute(0, 3, 1, 2)
    crops = [image[:, c["top"]:c["top"] + c["height"], c["left"]:c["left"] + c["width"]]
             for image, c in zip(images, case["crops"])]
    results = [torch.nn.functional.interpolate(crop[None], case["result"], mode="bilinear", antialias=True)[0]
               for crop in crops]
    return torch.stack(results).permute(0, 2, 3, 1).numpy().astype(np.float32).copy()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    cases = json.loads((folder / "cases.json").read_text())
    save_file({case["name"]: resized(case) for case in cases}, folder / "result.safetensors")
