"""PyTorch's side of the parity part of `npm run gpu-check`: the same training steps, in float32 on the device and in float64 on the CPU.

    python3 pytorch_parity.py FOLDER DEVICE

FOLDER holds cases.json and for each case what it names: the images as bytes, and our weights before the first step and after
some, as `cascade export` writes them. Writes one JSON document to standard output: for each case and each number of steps, the
relative error of ours and of PyTorch's own float32 against float64, of the tensor that is worst, and the losses.
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from pytorch_peer import Network


def read_safetensors(path):
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    kinds = {"F32": np.float32, "BOOL": np.bool_}
    return {
        name: np.frombuffer(data, kinds[entry["dtype"]], int(np.prod(entry["shape"])), 8 + length + entry["data_offsets"][0])
        .reshape(entry["shape"])
        .copy()
        for name, entry in header.items()
        if name != "__metadata__"
    }


def slot_of(network, name):
    """The parameter or buffer that torch.nn calls so."""
    module, _, role = name.rpartition(".")
    return getattr(network.named[module], role)


def optimizer_of(options, parameters, rate):
    decay = options.get("weightDecay", 0)
    if options["name"] == "sgd":
        return torch.optim.SGD(
            parameters, rate, options["momentum"], nesterov=options.get("nesterov", False), weight_decay=decay
        )
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[options["name"]]
    return kind(parameters, rate, weight_decay=decay)


def train(case, folder, device, dtype):
    """The values of all tensors after each of the asked numbers of steps, and the loss of every step."""
    network = Network(case["nodes"], case["kernelSizes"])
    start = read_safetensors(folder / case["weights"]["0"])
    masks = {name[: -len("_mask")]: mask for name, mask in start.items() if name.endswith("_mask")}
    names = [name for name in start if not name.endswith("_mask")]
    with torch.no_grad():
        for name in names:
            slot_of(network, name).copy_(torch.from_numpy(start[name]))
    network = network.to(device=device, dtype=dtype).train()
    masks = {name: torch.from_numpy(mask).to(device=device, dtype=dtype) for name, mask in masks.items()}
    height, width, channels = case["inputShape"]
    images = np.fromfile(folder / case["images"], np.uint8).reshape(-1, height, width, channels)
    mean, deviation = np.asarray(case["mean"]), np.asarray(case["deviation"])
    images = torch.from_numpy(((images / 255 - mean) / deviation).transpose(0, 3, 1, 2).copy()).to(device=device, dtype=dtype)
    labels = torch.tensor(case["labels"], device=device)
    optimizer = optimizer_of(case["optimizer"], network.parameters(), case["rate"])
    losses, states = [], {}
    for step in range(1, max(map(int, case["weights"])) + 1):
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(network(images), labels, label_smoothing=case["labelSmoothing"])
        loss.backward()
        # As under torch.nn.utils.prune, where the mask is a part of the network.
        for name, mask in masks.items():
            slot_of(network, name).grad.mul_(mask)
        if case["clipping"] is not None:
            torch.nn.utils.clip_grad_norm_(network.parameters(), case["clipping"])
        optimizer.step()
        with torch.no_grad():
            for name, mask in masks.items():
                slot_of(network, name).mul_(mask)
        losses.append(loss.item())
        if str(step) in case["weights"]:
            states[str(step)] = {name: slot_of(network, name).detach().double().cpu().numpy().copy() for name in names}
    return states, losses


def distance(values, exact):
    """Of the norm of what is exact."""
    return float(np.linalg.norm(values - exact) / max(np.linalg.norm(exact), 1e-12))


def compare(case, folder, device):
    exact, exact_losses = train(case, folder, "cpu", torch.float64)
    theirs, their_losses = train(case, folder, device, torch.float32)
    steps = []
    for step, tensors in exact.items():
        ours = read_safetensors(folder / case["weights"][step])
        errors = {
            name: (distance(ours[name], value), distance(theirs[step][name], value)) for name, value in tensors.items()
        }
        # Of a tensor alone PyTorch's error may be small by luck: what it makes of the whole network is the measure.
        usual = max(error for _, error in errors.values())
        worst = max(errors, key=lambda name: errors[name][0])
        steps.append({"steps": int(step), "tensor": worst, "ours": errors[worst][0], "theirs": usual})
    return {"name": case["name"], "steps": steps, "losses": exact_losses, "theirLosses": their_losses}


def main(folder, device):
    # TensorFlow's side has it off by NVIDIA_TF32_OVERRIDE.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    cases = json.loads((folder / "cases.json").read_text())
    compared = []
    for case in cases:
        # Should the time not suffice, the last line says where it went.
        print(f"{case['name']} ...", file=sys.stderr, flush=True)
        compared.append(compare(case, folder, device))
    print(json.dumps({"torch": torch.__version__, "cases": compared}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
