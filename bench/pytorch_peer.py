"""PyTorch's side of `cascade bench`: the same networks, one timed block at a time, at the pace of the asking process.

Speaks JSON lines. Standard input: {"do": "open", ...} makes one model for each candidate, {"do": "run", "candidate",
"steps"} trains one of them for that many steps. Standard output: one answer a line. Between questions it waits,
so that it takes no time from whoever else is being measured.

A step is what a pruning study does: forward, cross-entropy, backward, SGD with momentum and coupled decay, masks on the
kernels. The batch lies ready in memory, normalised and in the layout of the candidate; no loss is read back.
"""

import json
import sys
import time

import torch
from torch import nn

# What torch.optim.SGD is told: its plain loop, its lists of tensors, its one fused kernel.
UPDATES = {"loop": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}


class GlobalAveragePool(nn.Module):
    def forward(self, images):
        return images.mean((2, 3))


def build(nodes):
    """An nn.Sequential of a network description (see common/network.ts): no Python between the layers but PyTorch's."""
    modules = []
    channels = 0
    for node in nodes:
        operation, width = node["operation"], node["channels"]
        if operation == "dense":
            modules.append(nn.Linear(channels, width))
        elif operation == "conv":
            modules.append(
                nn.Conv2d(channels, width, 3, node["stride"], node["padding"], bias=node["bias"] is not None)
            )
        elif operation == "batch-norm":
            modules.append(nn.BatchNorm2d(width))
        elif operation == "relu":
            modules.append(nn.ReLU(inplace=True))
        elif operation == "global-average-pool":
            modules.append(GlobalAveragePool())
        elif operation not in ("input", "flatten"):
            raise ValueError(f"unknown operation {operation}")
        channels = width
    return nn.Sequential(*modules)


class Candidate:
    def __init__(self, question):
        torch.manual_seed(question["seed"])
        height, width, channels = question["inputShape"]
        flat = question["nodes"][1]["operation"] == "flatten"
        shape = [question["batch"], height * width * channels] if flat else [question["batch"], channels, height, width]
        self.images = torch.randn(shape)
        self.labels = torch.randint(0, question["classes"], (question["batch"],))
        self.model = build(question["nodes"])
        if question["layout"] == "channels-last":
            self.model = self.model.to(memory_format=torch.channels_last)
            self.images = self.images.to(memory_format=torch.channels_last)
        self.kernels = [weight for weight in self.model.parameters() if weight.dim() > 1]
        self.masks = [(torch.rand_like(weight) < question["kept"]).float() for weight in self.kernels]
        self.optimizer = torch.optim.SGD(
            self.model.parameters(),
            question["rate"],
            momentum=question["momentum"],
            weight_decay=question["weightDecay"],
            **UPDATES[question["update"]],
        )

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = nn.functional.cross_entropy(self.model(self.images), self.labels)
        loss.backward()
        self.optimizer.step()
        with torch.no_grad():
            torch._foreach_mul_(self.kernels, self.masks)


def answer(question, candidates):
    if question["do"] == "open":
        torch.set_num_threads(question["threads"])
        candidates[:] = [Candidate({**question, **candidate}) for candidate in question["candidates"]]
        return {"torch": torch.__version__, "threads": torch.get_num_threads()}
    candidate = candidates[question["candidate"]]
    start = time.perf_counter()
    for _ in range(question["steps"]):
        candidate.step()
    return {"milliseconds": (time.perf_counter() - start) * 1000 / question["steps"]}


def main():
    candidates = []
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), candidates)), flush=True)


main()
