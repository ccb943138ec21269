"""Runs optimizer steps in PyTorch: the oracle of training.test.ts, and the maker of its golden file.

    python3 test/parity/training_reference.py FOLDER

Reads cases.json (network, parameters in our own layout, images, labels, and for each case its options and steps) and
writes result.safetensors: for each case every parameter, optimizer state and average after the last step, and the totals
of losses and right answers. Everything is computed in float64.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

SLOTS = {"momentum": "momentum_buffer", "first-moment": "exp_avg", "second-moment": "exp_avg_sq"}


def to_torch(values):
    """Kernels of ours are [height, width, in, out] or [in, out]; PyTorch's [out, in, height, width] or [out, in]."""
    return values.transpose(3, 2, 0, 1) if values.ndim == 4 else values.transpose() if values.ndim == 2 else values


def to_ours(values):
    return values.transpose(2, 3, 1, 0) if values.ndim == 4 else values.transpose() if values.ndim == 2 else values


class Network(torch.nn.Module):
    def __init__(self, network, values):
        super().__init__()
        self.nodes = network["nodes"]
        self.names = {p["name"]: p["name"].replace(".", "_") for p in network["parameters"]}
        for parameter in network["parameters"]:
            name = parameter["name"]
            value = torch.from_numpy(to_torch(np.asarray(values[name]).reshape(parameter["shape"])).copy())
            if parameter["role"] in ("mean", "variance"):
                self.register_buffer(self.names[name], value)
            else:
                self.register_parameter(self.names[name], torch.nn.Parameter(value))

    def get(self, name):
        return None if name is None else getattr(self, self.names[name])

    def trained(self):
        return {name: self.get(name) for name in self.names if isinstance(self.get(name), torch.nn.Parameter)}

    def forward(self, value):
        for node in self.nodes:
            operation = node["operation"]
            if operation == "conv":
                value = F.conv2d(value, self.get(node["kernel"]), self.get(node["bias"]), node["stride"], node["padding"])
            elif operation == "dense":
                value = F.linear(value, self.get(node["kernel"]), self.get(node["bias"]))
            elif operation == "batch-norm":
                value = F.batch_norm(value, self.get(node["mean"]), self.get(node["variance"]), self.get(node["gamma"]),
                                     self.get(node["beta"]), True, 0.1, node["epsilon"])
            elif operation == "relu":
                value = F.relu(value)
            elif operation == "global-average-pool":
                value = value.mean((2, 3))
            elif operation != "input":
                raise ValueError(f"unknown operation {operation}")
        return value


def make_optimizer(network, options, roles):
    decay = options.get("weightDecay", 0)
    exempt = {"gamma": "decayBatchNorm", "beta": "decayBatchNorm", "bias": "decayBiases"}
    groups = [{"params": [p], "weight_decay": decay if options.get(exempt.get(roles[n]), True) else 0}
              for n, p in network.trained().items()]
    if options["name"] == "sgd":
        return torch.optim.SGD(groups, 0.1, options["momentum"], nesterov=options.get("nesterov", False))
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[options["name"]]
    return kind(groups, 0.1, (options.get("beta1", 0.9), options.get("beta2", 0.999)), options.get("epsilon", 1e-8))


def run(case, network, images, labels, roles):
    optimizer = make_optimizer(network, case["optimizer"], roles)
    averaging = case.get("averaging")
    averaged = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(averaging["decay"])) if averaging else None
    smoothing = case["loss"].get("labelSmoothing", 0)
    masks, loss_total, correct_total = {}, 0.0, 0.0

    def apply_masks():
        with torch.no_grad():
            for name, mask in masks.items():
                parameter = network.get(name)
                parameter.mul_(mask)
                for value in optimizer.state[parameter].values():
                    if torch.is_tensor(value) and value.shape == mask.shape:
                        value.mul_(mask)

    for step in case["steps"]:
        for group in optimizer.param_groups:
            group["lr"] = step["rate"]
        x, y = images[step["indices"]], labels[step["indices"]]
        share, partners = step.get("share", 1), step.get("partners", list(range(len(y))))
        optimizer.zero_grad()
        logits = network(share * x + (1 - share) * x[partners])
        losses = [F.cross_entropy(logits, wanted, reduction="none", label_smoothing=smoothing) for wanted in (y, y[partners])]
        loss = share * losses[0] + (1 - share) * losses[1]
        loss.mean().backward()
        # As under torch.nn.utils.prune, where the mask is a part of the network.
        for name, mask in masks.items():
            network.get(name).grad.mul_(mask)
        clipping = case.get("gradientClipping")
        if clipping and clipping["name"] == "norm":
            torch.nn.utils.clip_grad_norm_(network.parameters(), clipping["maximum"])
        elif clipping:
            torch.nn.utils.clip_grad_value_(network.parameters(), clipping["maximum"])
        optimizer.step()
        apply_masks()
        if averaged:
            averaged.update_parameters(network)
        answers = logits.argmax(1)
        loss_total += loss.sum().item()
        correct_total += (share * (answers == y) + (1 - share) * (answers == y[partners])).sum().item()
        if step.get("prune"):
            masks = {name: torch.from_numpy(to_torch(np.asarray(mask, dtype=np.float64).reshape(roles_shape[name])).copy())
                     for name, mask in case["masks"].items()}
            apply_masks()
            if averaged:
                with torch.no_grad():
                    for name, mask in masks.items():
                        averaged.module.get(name).mul_(mask)

    result = {name: network.get(name) for name in network.names}
    for name, parameter in network.trained().items():
        state = optimizer.state[parameter]
        result |= {f"{ours}/{name}": state[theirs] for ours, theirs in SLOTS.items() if theirs in state}
        if averaged:
            result[f"average/{name}"] = averaged.module.get(name)
    result = {name: to_ours(value.detach().numpy()).astype(np.float32).copy() for name, value in result.items()}
    return result | {"totals": np.asarray([loss_total, correct_total], dtype=np.float32)}


def main(folder):
    global roles_shape
    folder = Path(folder)
    given = json.loads((folder / "cases.json").read_text())
    torch.set_default_dtype(torch.float64)
    side = given["network"]["inputShape"][0]
    images = torch.tensor(given["images"], dtype=torch.float64).reshape(-1, side, side, 1).permute(0, 3, 1, 2) / 255
    images = (images - given["mean"]) / given["deviation"]
    labels = torch.tensor(given["labels"])
    roles = {p["name"]: p["role"] for p in given["network"]["parameters"]}
    roles_shape = {p["name"]: p["shape"] for p in given["network"]["parameters"]}
    result = {}
    for case in given["cases"]:
        network = Network(given["network"], {name: np.asarray(v, dtype=np.float64) for name, v in given["parameters"].items()})
        result |= {f"{case['name']}/{name}": value for name, value in run(case, network, images, labels, roles).items()}
    save_file(result, folder / "result.safetensors")


if __name__ == "__main__":
    main(sys.argv[1])
