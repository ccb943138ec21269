"""Runs tiny networks in PyTorch, forward and back: the oracle of the layers' parity, and the maker of its golden file.

    python3 test/parity/layers_reference.py FOLDER

Reads from the folder: cases.json (a list of name, network, training) and tensors.safetensors (`<case>/images` and
`<case>/objective`, and every parameter as `<case>/<name>`, in our own layout). Writes result.safetensors, a row of
numbers for each case: the logits, the gradient of sum(logits * objective) in the images and in every trained parameter,
and the running statistics after the step. Everything is computed in float64.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import load_file, save_file

ACTIVATIONS = {
    "relu": F.relu,
    "relu6": F.relu6,
    "hard-swish": F.hardswish,
    "hard-sigmoid": F.hardsigmoid,
    "sigmoid": torch.sigmoid,
    "swish": F.silu,
}


def filters(node, kernel):
    """PyTorch's layout of a kernel of ours: [rows, columns, in, out] or, depthwise, [rows, columns, in, multiplier]."""
    if node["operation"] == "depthwise":
        rows, columns, inputs, multiplier = kernel.shape
        return kernel.permute(2, 3, 0, 1).reshape(inputs * multiplier, 1, rows, columns)
    return kernel.permute(3, 2, 0, 1)


def run(node, values, parameters, training):
    value = values[0]
    operation = node["operation"]
    if operation == "dense":
        bias = parameters[node["bias"]] if node["bias"] else None
        return F.linear(value, parameters[node["kernel"]].T, bias)
    if operation in ("conv", "pointwise", "depthwise"):
        groups = value.shape[1] if operation == "depthwise" else node.get("groups", 1)
        bias = parameters[node["bias"]] if node["bias"] else None
        return F.conv2d(value, filters(node, parameters[node["kernel"]]), bias, node["stride"], node["padding"],
                        node.get("dilation", 1), groups)
    if operation == "batch-norm":
        return F.batch_norm(value, parameters[node["mean"]], parameters[node["variance"]], parameters[node["gamma"]],
                            parameters[node["beta"]], training, node.get("momentum", 0.1), node["epsilon"])
    if operation in ACTIVATIONS:
        return ACTIVATIONS[operation](value)
    if operation == "max-pool":
        return F.max_pool2d(value, node["size"], node["stride"], node["padding"])
    if operation == "average-pool":
        return F.avg_pool2d(value, node["size"], node["stride"], node["padding"])
    if operation == "global-average-pool":
        return value.mean((2, 3), keepdim=node.get("keepSpatial", False))
    if operation == "flatten":
        # Ours flattens channels last.
        return value.permute(0, 2, 3, 1).flatten(1)
    if operation == "dropout":
        assert not training, "what dropout draws is its own"
        return value
    if operation == "add":
        return sum(values[1:], value)
    if operation == "scale":
        return value * values[1]
    if operation == "shortcut":
        return F.pad(value[:, :, ::node["stride"], ::node["stride"]], (0, 0, 0, 0, node["before"], node["after"]))
    raise ValueError(f"unknown operation {operation}")


def outcome(case, tensors):
    parameters = {entry["name"]: tensors[entry["name"]] for entry in case["network"]["parameters"]}
    trained = [entry["name"] for entry in case["network"]["parameters"] if entry["role"] not in ("mean", "variance")]
    images = tensors["images"].requires_grad_()
    for name in trained:
        parameters[name].requires_grad_()
    outputs = {}
    for node in case["network"]["nodes"]:
        if node["operation"] == "input":
            value = images.permute(0, 3, 1, 2)
        else:
            value = run(node, [outputs[name] for name in node["inputs"]], parameters, case["training"])
        outputs[node["name"]] = value
    (value * tensors["objective"]).sum().backward()
    gradients = [images.grad] + [parameters[name].grad for name in trained]
    statistics = [parameter for name, parameter in parameters.items() if name not in trained]
    return torch.cat([part.detach().flatten() for part in [value, *gradients, *statistics]])


def main(folder):
    folder = Path(folder)
    everything = load_file(folder / "tensors.safetensors")
    results = {}
    for case in json.loads((folder / "cases.json").read_text()):
        prefix = case["name"] + "/"
        tensors = {name.removeprefix(prefix): torch.from_numpy(values.astype(np.float64))
                   for name, values in everything.items() if name.startswith(prefix)}
        results[case["name"]] = outcome(case, tensors).numpy().astype(np.float32)
    save_file(results, folder / "result.safetensors")


if __name__ == "__main__":
    main(sys.argv[1])
