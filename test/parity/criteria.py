"""Scores weights in PyTorch: the oracle of the criteria's parity tests, and the maker of their golden files.

    python3 test/parity/criteria.py CASE_FOLDER

Reads from the folder: case.json (network, image shape, standardisation, temperature), state.safetensors (PyTorch's
layout), images.bin, labels.bin, batches.json. Writes result.safetensors: of every layer what each criterion computes, not
normalised save for SNIP. Everything is computed in float64, second derivatives by PyTorch's exact double backward.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file, save_file

from reference import KERNELS, Network, module_name


def mean_gradients(network, weights, batches, temperature, create_graph=False):
    """Gradient of the mean cross-entropy, a batch weighing as much as it has examples."""
    total = sum(len(labels) for _, labels in batches)
    sums = [torch.zeros_like(weight) for weight in weights]
    for images, labels in batches:
        loss = torch.nn.functional.cross_entropy(network(images) / temperature, labels)
        parts = torch.autograd.grad(loss * len(labels) / total, weights, create_graph=create_graph)
        sums = [sum_ + part for sum_, part in zip(sums, parts)]
    return sums


def connection_sensitivities(network, layers, weights, batches):
    """|dL/dc| of SNIP by its definition: factors of one, through which every weight passes."""
    factors = [torch.ones_like(weight, requires_grad=True) for weight in weights]
    swapped = {f"layers.{module_name(name)}.weight": weight.detach() * factor
               for name, weight, factor in zip(layers, weights, factors)}
    call = lambda images: torch.func.functional_call(network, swapped, (images,))
    total = sum(len(labels) for _, labels in batches)
    loss = sum(torch.nn.functional.cross_entropy(call(images), labels) * len(labels) for images, labels in batches)
    found = [gradient.abs() for gradient in torch.autograd.grad(loss / total, factors)]
    everything = sum(gradient.sum() for gradient in found)
    return [gradient / everything for gradient in found]


class FlowNetwork(Network):
    """What the synaptic flow goes through: nothing saturates, and a gated channel is of degree one."""

    def activate(self, operation, value):
        return value.clamp(min=0)

    def gate(self, features, gates):
        product = features.clamp(min=0) * gates.clamp(min=0)
        # At zero the root has no derivative; nothing flows there.
        return torch.where(product > 0, torch.where(product > 0, product, 1).sqrt(), 0)


def synaptic_flow(network, layers, input_shape):
    with torch.no_grad():
        for value in network.state_dict().values():
            value.abs_()
    network.eval()
    weights = [network.layers[module_name(name)].weight for name in layers]
    flow = network(torch.ones(1, input_shape[2], *input_shape[:2])).sum()
    return [(gradient * weight).abs() for gradient, weight in zip(torch.autograd.grad(flow, weights), weights)]


def main(folder):
    folder = Path(folder)
    case = json.loads((folder / "case.json").read_text())
    torch.set_default_dtype(torch.float64)
    state = load_file(folder / "state.safetensors")
    nodes = case["network"]["nodes"]
    layers = [node["name"] for node in nodes if node["operation"] in KERNELS]
    shapes = {name: state[f"{name}.weight"].shape for name in layers}
    network, flowing = Network(nodes, shapes), FlowNetwork(nodes, shapes)
    loaded = {}
    for name, value in state.items():
        layer, tensor = name.rsplit(".", 1)
        loaded[f"layers.{module_name(layer)}.{tensor}"] = torch.from_numpy(value.astype(np.float64))
    flowing.load_state_dict(loaded, strict=False)
    missing, unexpected = network.load_state_dict(loaded, strict=False)
    assert not unexpected and all(name.endswith("num_batches_tracked") for name in missing), (missing, unexpected)
    masks = [torch.from_numpy(state[f"{name}.weight"] != 0) for name in layers]

    images = np.fromfile(folder / "images.bin", dtype=np.uint8).reshape(-1, *case["imageShape"])
    images = torch.from_numpy(images.astype(np.float64) / 255).permute(0, 3, 1, 2)
    mean, deviation = (torch.tensor(case[key]).reshape(1, -1, 1, 1) for key in ("mean", "standardDeviation"))
    images = (images - mean) / deviation
    labels = torch.from_numpy(np.fromfile(folder / "labels.bin", dtype=np.int32)).long()
    batches = [(images[indices], labels[indices]) for indices in json.loads((folder / "batches.json").read_text())]
    weights = [network.layers[module_name(name)].weight for name in layers]

    flow = synaptic_flow(flowing, layers, case["network"]["inputShape"])
    network.train()
    plain = [gradient * mask for gradient, mask in zip(mean_gradients(network, weights, batches, 1), masks)]
    snip = connection_sensitivities(network, layers, weights, batches)
    temperature = case["temperature"]
    gradient = [part.detach() * mask
                for part, mask in zip(mean_gradients(network, weights, batches, temperature), masks)]
    again = mean_gradients(network, weights, batches, temperature, create_graph=True)
    product = torch.autograd.grad(sum((a * b).sum() for a, b in zip(gradient, again)), weights)

    result = {}
    for index, name in enumerate(layers):
        weight = weights[index].detach()
        result[f"saliency/{name}"] = (plain[index] * weight).abs()
        result[f"snip/{name}"] = snip[index]
        result[f"hessian-gradient/{name}"] = product[index] * masks[index]
        result[f"grasp/{name}"] = product[index] * weight
        result[f"synflow/{name}"] = flow[index]
    save_file({name: np.ascontiguousarray(value.detach().numpy()) for name, value in result.items()},
              folder / "result.safetensors")


if __name__ == "__main__":
    main(sys.argv[1])
