"""Trains, prunes and rewinds networks in PyTorch: the oracle of pruned-training.test.ts, and the maker of its golden files.

    python3 test/parity/pruned_training_reference.py FOLDER

Reads cases.json (for each case its network, optimizer and what is done to it, one thing after another) and, for each
case, CASE.safetensors (initial values, see main/codec/pytorch-layout.ts), CASE.images and CASE.labels. Weights are
pruned by torch.nn.utils.prune. Writes results.safetensors (CASE/RECORD/PARAMETER and its mask, for small networks) and
results.json (for each tensor its norm, and its product with numbers of its own; for each mask its digest). Everything
is computed in float64.
"""

import copy
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import torch
from networks_reference import V3_SMALL, BasicBlock, MobileNetV3, ResNet, summary
from reference import Network
from safetensors.numpy import load_file, save_file
from torch.nn.utils import prune

NAMED = {
    "resnet-20": lambda: ResNet(BasicBlock, (3, 3, 3), (16, 32, 64), "cifar", "A"),
    "mobilenet-v3-small": lambda: MobileNetV3(V3_SMALL, 1024, 0.0),
}


class PrunedTraining:
    def __init__(self, folder, case):
        initial = load_file(folder / f"{case['name']}.safetensors")
        initial = {name: value for name, value in initial.items() if not name.endswith("_mask")}
        named = NAMED.get(case["network"]["name"])
        shapes = {name.removesuffix(".weight"): value.shape for name, value in initial.items() if name.endswith(".weight")}
        self.network = named() if named else Network(case["network"]["nodes"], shapes)
        self.prefix = "" if named else "layers."
        state = {self.prefix + name: torch.from_numpy(value.astype(np.float64)) for name, value in initial.items()}
        missing, unexpected = self.network.load_state_dict(state, strict=False)
        assert not unexpected and all(name.endswith("num_batches_tracked") for name in missing), (missing, unexpected)
        self.kernels = {name: module for name, module in self.network.named_modules()
                        if isinstance(module, (torch.nn.Linear, torch.nn.Conv2d))}
        images = np.fromfile(folder / f"{case['name']}.images", dtype=np.uint8).reshape(-1, *case["imageShape"])
        images = torch.from_numpy(images / 255).permute(0, 3, 1, 2)
        mean, deviation = (torch.tensor(case[key]).reshape(1, -1, 1, 1) for key in ("mean", "standardDeviation"))
        self.images = (images - mean) / deviation
        self.labels = torch.from_numpy(np.fromfile(folder / f"{case['name']}.labels", dtype=np.int32)).long()
        options = case["optimizer"]
        parameters, decay = self.network.parameters(), options["weightDecay"]
        if options["name"] == "sgd":
            self.optimizer = torch.optim.SGD(parameters, 1, options["momentum"], weight_decay=decay,
                                             nesterov=options.get("nesterov", False))
        else:
            self.optimizer = torch.optim.Adam(parameters, 1, weight_decay=decay)
        self.kept = None

    def step(self, rate, indices):
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad()
        torch.nn.functional.cross_entropy(self.network(self.images[indices]), self.labels[indices]).backward()
        self.optimizer.step()

    def prune(self, count):
        """The smallest weights of all kernels together, until so many are pruned."""
        chosen = [(module, "weight") for module in self.kernels.values()]
        # What a module calls its weight is of its last forward pass, one step ago, once it has been pruned.
        scores = {(module, name): getattr(module, "weight_orig", module.weight) for module, name in chosen}
        pruned = sum(int((module.weight_mask == 0).sum()) for module, _ in chosen if hasattr(module, "weight_mask"))
        prune.global_unstructured(chosen, prune.L1Unstructured, scores, amount=count - pruned)

    def keep(self):
        self.kept = copy.deepcopy((self.network.state_dict(), self.optimizer.state_dict()))

    def rewind(self):
        """Weights, statistics and the optimizer's state; the masks stay."""
        network, optimizer = copy.deepcopy(self.kept)
        masked = {f"{name}.weight" for name in self.kernels}
        state = {f"{name}_orig" if name in masked else name: value for name, value in network.items()}
        missing, unexpected = self.network.load_state_dict(state, strict=False)
        assert not unexpected and all(name.endswith("weight_mask") for name in missing), (missing, unexpected)
        self.optimizer.load_state_dict(optimizer)

    def record(self):
        values, masks = {}, {}
        for name, value in self.network.state_dict().items():
            name = name.removeprefix(self.prefix)
            if name.endswith("weight_mask"):
                masks[name] = value
            elif not name.endswith("num_batches_tracked"):
                values[name.removesuffix("_orig")] = value
        for name, mask in masks.items():
            weight = name.removesuffix("_mask")
            values[weight] = values[weight] * mask
        return values, masks


def main(folder):
    folder = Path(folder)
    torch.set_default_dtype(torch.float64)
    # More of them wait for each other where the cores are busy.
    torch.set_num_threads(1)
    tensors, summaries = {}, {}
    for case in json.loads((folder / "cases.json").read_text()):
        training = PrunedTraining(folder, case)
        for operation in case["operations"]:
            name, *arguments = operation
            if name != "record":
                getattr(training, name)(*arguments)
                continue
            values, masks = training.record()
            place = f"{case['name']}/{arguments[0]}"
            summaries[place] = {
                "tensors": {key: summary(key, value) for key, value in values.items()},
                "masks": {key: hashlib.sha256(mask.numpy().astype(np.uint8).tobytes()).hexdigest()
                          for key, mask in masks.items()},
            }
            if case["whole"]:
                tensors |= {f"{place}/{key}": value.numpy().astype(np.float32) for key, value in values.items()}
                tensors |= {f"{place}/{key}": mask.numpy().astype(bool) for key, mask in masks.items()}
    save_file(tensors, folder / "results.safetensors")
    (folder / "results.json").write_text(json.dumps(summaries))


if __name__ == "__main__":
    main(sys.argv[1])
