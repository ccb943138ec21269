"""What PyTorch expects of a file of weights: the oracle of exports.test.ts.

    python3 test/parity/exports_reference.py FOLDER

Writes to the folder, in expected.json, of each case the state dict's names, types and shapes, as its modules have it and
after torch.nn.utils.prune has masked `weight` of every convolution and linear layer. The folder's CASE.plain.safetensors
and CASE.prune.safetensors are loaded with strict=True; loaded.json has the logits of both, and those of
CASE.default.safetensors, whose weights and masks are multiplied here.
"""

import json
import sys
from pathlib import Path

import torch
from networks_reference import CASES
from safetensors.torch import load_file
from torch import nn
from torch.nn.utils import prune

NAMES = ("lenet-5", "resnet-20", "layers")


def pruned(network):
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            prune.identity(module, "weight")
    return network


def outline(network):
    return {key: [str(value.dtype), list(value.shape)] for key, value in network.state_dict().items()}


def logits(network, side, channels):
    torch.manual_seed(1)
    return network.eval()(torch.rand(2, channels, side, side)).detach().numpy().tolist()


def loaded(name, folder):
    make, side, channels, _ = CASES[name]
    plain, masked = make(), pruned(make())
    plain.load_state_dict(load_file(folder / f"{name}.plain.safetensors"), strict=True)
    masked.load_state_dict(load_file(folder / f"{name}.prune.safetensors"), strict=True)
    default = load_file(folder / f"{name}.default.safetensors")
    by_hand = make()
    state = {key: value for key, value in default.items() if not key.endswith("_mask")}
    for key, value in default.items():
        if key.endswith("_mask"):
            state[key.removesuffix("_mask")] = state[key.removesuffix("_mask")] * value
    by_hand.load_state_dict(state, strict=False)
    return [logits(network, side, channels) for network in (plain, masked, by_hand)]


def main(folder):
    folder = Path(folder)
    expected = {name: {"plain": outline(CASES[name][0]()), "prune": outline(pruned(CASES[name][0]()))} for name in NAMES}
    (folder / "expected.json").write_text(json.dumps(expected))
    (folder / "loaded.json").write_text(json.dumps({name: loaded(name, folder) for name in NAMES}))


if __name__ == "__main__":
    main(sys.argv[1])
