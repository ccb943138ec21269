"""Trains the same network in PyTorch: the oracle of the parity tests, and the maker of their golden files.

    python3 test/parity/reference.py CASE_FOLDER

Reads from the folder: case.json (network, optimizer, rates, batch, pruning), initial.safetensors (PyTorch's layout, see
main/codec/pytorch-layout.ts), images.bin, labels.bin, batches.json. Writes result.safetensors: every parameter
after the last step, each mask, the loss of every epoch. Everything is computed in float64.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file, save_file

KERNELS = {"dense", "conv", "pointwise", "depthwise"}
# The hard functions by their definitions: torch knows no second derivative of its own.
ACTIVATIONS = {
    "relu": torch.relu,
    "relu6": torch.nn.functional.relu6,
    "hard-swish": lambda x: x * torch.nn.functional.relu6(x + 3) / 6,
    "hard-sigmoid": lambda x: torch.nn.functional.relu6(x + 3) / 6,
    "sigmoid": torch.sigmoid,
    "swish": torch.nn.functional.silu,
}


def module_name(name):
    """torch takes no dots in the name of a module."""
    return name.replace(".", "_")


class Network(torch.nn.Module):
    def __init__(self, nodes, shapes):
        super().__init__()
        self.nodes = nodes
        modules = {}
        for node in nodes:
            operation = node["operation"]
            if operation == "dense":
                outputs, inputs = shapes[node["name"]]
                modules[module_name(node["name"])] = torch.nn.Linear(inputs, outputs)
            elif operation in KERNELS:
                outputs, inputs, size, _ = shapes[node["name"]]
                groups = outputs if operation == "depthwise" else 1
                modules[module_name(node["name"])] = torch.nn.Conv2d(
                    inputs * groups, outputs, size, node["stride"], node["padding"],
                    groups=groups, bias=node["bias"] is not None,
                )
            elif operation == "batch-norm":
                modules[module_name(node["name"])] = torch.nn.BatchNorm2d(node["channels"])
        self.layers = torch.nn.ModuleDict(modules)

    def forward(self, images):
        outputs = {}
        for node in self.nodes:
            operation = node["operation"]
            inputs = [outputs[name] for name in node["inputs"]] or [images]
            value = inputs[0]
            if operation in KERNELS or operation == "batch-norm":
                value = self.layers[module_name(node["name"])](value)
            elif operation in ACTIVATIONS:
                value = self.activate(operation, value)
            elif operation == "global-average-pool":
                value = value.mean((2, 3), keepdim=node.get("keepSpatial", False))
            elif operation == "flatten":
                # Ours flattens channels last.
                value = value.permute(0, 2, 3, 1).flatten(1)
            elif operation == "add":
                value = sum(inputs)
            elif operation == "scale":
                value = self.gate(*inputs)
            elif operation != "input":
                raise ValueError(f"unknown operation {operation}")
            outputs[node["name"]] = value
        return value

    def activate(self, operation, value):
        return ACTIVATIONS[operation](value)

    def gate(self, features, gates):
        return features * gates


def prune(kernels, orders, chosen, sparsity, scores):
    """Exactly round(sparsity * n) lowest scores over the chosen layers; no two at the threshold are equal."""
    parts = []
    for name in chosen:
        values = torch.from_numpy(scores[name]) if scores else kernels[name].detach().float().abs()
        flat = torch.empty(values.numel(), dtype=torch.float32)
        flat[torch.from_numpy(orders[name]).long()] = values.reshape(-1).float()
        parts.append(flat)
    everything = torch.cat(parts)
    order = torch.argsort(everything, stable=True)
    count = round(sparsity * everything.numel())
    assert not 0 < count < everything.numel() or everything[order[count - 1]] < everything[order[count]]
    kept = torch.ones(everything.numel(), dtype=torch.bool)
    kept[order[:count]] = False
    masks, start = {}, 0
    for name, part in zip(chosen, parts):
        ours = kept[start : start + part.numel()]
        masks[name] = ours[torch.from_numpy(orders[name]).long()].reshape(kernels[name].shape)
        start += part.numel()
    return masks


def main(folder):
    folder = Path(folder)
    case = json.loads((folder / "case.json").read_text())
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(0)
    initial = load_file(folder / "initial.safetensors")
    shapes = {name.removesuffix(".weight"): value.shape for name, value in initial.items() if name.endswith(".weight")}
    network = Network(case["network"]["nodes"], shapes)
    state = {f"layers.{name}": torch.from_numpy(value.astype(np.float64))
             for name, value in initial.items() if not name.endswith(".weight_mask")}
    missing, unexpected = network.load_state_dict(state, strict=False)
    assert not unexpected and all(name.endswith("num_batches_tracked") for name in missing), (missing, unexpected)

    images = np.fromfile(folder / "images.bin", dtype=np.uint8).reshape(-1, *case["imageShape"])
    images = torch.from_numpy(images.astype(np.float64) / 255).permute(0, 3, 1, 2)
    mean, deviation = (torch.tensor(case[key]).reshape(1, -1, 1, 1) for key in ("mean", "standardDeviation"))
    images = (images - mean) / deviation
    labels = torch.from_numpy(np.fromfile(folder / "labels.bin", dtype=np.int32)).long()
    batches = json.loads((folder / "batches.json").read_text())

    options = case["optimizer"]
    if options["name"] == "sgd":
        optimizer = torch.optim.SGD(network.parameters(), case["rates"][0], options["momentum"],
                                    weight_decay=options["weightDecay"])
    else:
        optimizer = torch.optim.Adam(network.parameters(), case["rates"][0], (options["beta1"], options["beta2"]),
                                     options["epsilon"], options["weightDecay"])
    kernels = {name: network.layers[name].weight for name in shapes if isinstance(
        network.layers[name], (torch.nn.Linear, torch.nn.Conv2d))}
    orders = {name: np.asarray(order) for name, order in case["orders"].items()}
    scores = load_file(folder / "scores.safetensors") if (folder / "scores.safetensors").exists() else None
    masks, losses = {}, []

    for epoch, (rate, epoch_batches) in enumerate(zip(case["rates"], batches), start=1):
        total = 0.0
        for group in optimizer.param_groups:
            group["lr"] = rate
        for indices in epoch_batches:
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(network(images[indices]), labels[indices])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(indices)
            with torch.no_grad():
                for name, mask in masks.items():
                    kernels[name].mul_(mask)
                    for value in optimizer.state[kernels[name]].values():
                        if torch.is_tensor(value) and value.shape == mask.shape:
                            value.mul_(mask)
        losses.append(total / len(labels))
        if epoch == case["pruning"]["epoch"]:
            masks = prune(kernels, orders, case["pruning"]["layers"], case["pruning"]["sparsity"], scores)
            with torch.no_grad():
                for name, mask in masks.items():
                    kernels[name].mul_(mask)
                    for value in optimizer.state[kernels[name]].values():
                        if torch.is_tensor(value) and value.shape == mask.shape:
                            value.mul_(mask)

    result = {name.removeprefix("layers."): value.numpy().astype(np.float32)
              for name, value in network.state_dict().items() if not name.endswith("num_batches_tracked")}
    result |= {f"{name}.weight_mask": mask.numpy() for name, mask in masks.items()}
    result["losses"] = np.asarray(losses, dtype=np.float32)
    save_file(result, folder / "result.safetensors")


if __name__ == "__main__":
    main(sys.argv[1])
