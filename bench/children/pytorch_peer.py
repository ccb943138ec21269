"""PyTorch's side of `cascade bench`: the same networks, one timed block at a time, at the pace of the asking process.

Speaks JSON lines. Standard input: {"do": "open", ...} makes one model for each candidate, {"do": "warm", "candidate"} takes the
first steps of one, which may fail ("failed": why), {"do": "run", "candidate", "steps"} trains one of them for that many steps,
{"do": "memory"} tells how much memory that took at most. Standard output: one answer a line. Between questions it waits, so that it takes no time from whoever else is being measured.

A step is what a pruning study does: forward, cross-entropy, backward, SGD with momentum and coupled decay, masks on the
kernels. The batch lies ready in memory, normalised and in the layout of the candidate; no loss is read back.
"""

import json
import resource
import sys
import time

import torch
from torch import nn

# What torch.optim.SGD is told: its plain loop, its lists of tensors, its one fused kernel.
UPDATES = {"loop": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}


ACTIVATIONS = {
    "relu": lambda: nn.ReLU(inplace=True),
    "relu6": lambda: nn.ReLU6(inplace=True),
    "hard-swish": lambda: nn.Hardswish(inplace=True),
    "hard-sigmoid": nn.Hardsigmoid,
    "sigmoid": nn.Sigmoid,
    "swish": lambda: nn.SiLU(inplace=True),
}


class GlobalAveragePool(nn.Module):
    def __init__(self, keep):
        super().__init__()
        self.keep = keep

    def forward(self, images):
        return images.mean((2, 3), keepdim=self.keep)


class Shortcut(nn.Module):
    """Option A of He et al.: every other place, and channels of zeros around."""

    def __init__(self, node):
        super().__init__()
        self.stride, self.padding = node["stride"], (0, 0, 0, 0, node["before"], node["after"])

    def forward(self, images):
        return nn.functional.pad(images[:, :, :: self.stride, :: self.stride], self.padding)


def module_of(node, inputs, size):
    """The module of a node that has one input, of so many channels; `size` is that of a convolution's kernel."""
    operation, width = node["operation"], node["channels"]
    if operation == "dense":
        return nn.Linear(inputs, width, bias=node["bias"] is not None)
    if operation in ("conv", "pointwise", "depthwise"):
        groups = inputs if operation == "depthwise" else node.get("groups", 1)
        return nn.Conv2d(
            inputs,
            width,
            size,
            node["stride"],
            node["padding"],
            node.get("dilation", 1),
            groups,
            bias=node["bias"] is not None,
        )
    if operation == "batch-norm":
        return nn.BatchNorm2d(width, node["epsilon"], node.get("momentum", 0.1))
    if operation in ACTIVATIONS:
        return ACTIVATIONS[operation]()
    if operation == "max-pool":
        return nn.MaxPool2d(node["size"], node["stride"], node["padding"])
    if operation == "average-pool":
        return nn.AvgPool2d(node["size"], node["stride"], node["padding"])
    if operation == "global-average-pool":
        return GlobalAveragePool(node.get("keepSpatial", False))
    if operation == "flatten":
        return nn.Flatten()
    if operation == "dropout":
        return nn.Dropout(node["rate"])
    if operation == "shortcut":
        return Shortcut(node)
    raise ValueError(f"unknown operation {operation}")


class Network(nn.Module):
    """A network description (see common/network.ts): straight stretches as nn.Sequential, joined where branches meet."""

    def __init__(self, nodes, sizes):
        super().__init__()
        readers = {}
        for node in nodes:
            for name in node["inputs"]:
                readers[name] = readers.get(name, 0) + 1
        channels = {node["name"]: node["channels"] for node in nodes}
        stretches = []
        # Modules by the names of their nodes; a plain dict, which registers nothing.
        self.named = {}
        for node in nodes[1:]:
            joins = node["operation"] in ("add", "scale")
            previous = stretches[-1] if stretches else None
            goes_on = previous and not previous["joins"] and not joins and previous["name"] == node["inputs"][0]
            if not (goes_on and readers[node["inputs"][0]] == 1):
                stretches.append({"joins": node["operation"] if joins else None, "inputs": node["inputs"], "modules": []})
            stretches[-1]["name"] = node["name"]
            if not joins:
                # In place where nobody else reads what is overwritten.
                module = module_of(node, channels[node["inputs"][0]], sizes.get(node["name"]))
                if hasattr(module, "inplace"):
                    module.inplace = readers[node["inputs"][0]] == 1
                stretches[-1]["modules"].append(module)
                self.named[node["name"]] = module
        self.plan = [(stretch["joins"], stretch["inputs"], stretch["name"]) for stretch in stretches]
        self.stretches = nn.ModuleList(
            nn.Identity() if stretch["joins"] else nn.Sequential(*stretch["modules"]) for stretch in stretches
        )
        self.last_use = {name: place for place, (_, inputs, _) in enumerate(self.plan) for name in inputs}

    def forward(self, images):
        values = {"input": images}
        for place, ((joins, inputs, name), stretch) in enumerate(zip(self.plan, self.stretches)):
            taken = [values[each] for each in inputs]
            for each in inputs:
                if self.last_use[each] == place:
                    values.pop(each, None)
            if joins == "add":
                value = taken[0]
                for other in taken[1:]:
                    value = value + other
            elif joins == "scale":
                value = taken[0] * taken[1]
            else:
                value = stretch(taken[0])
            values[name] = value
        return values[self.plan[-1][2]]


class Candidate:
    def __init__(self, question):
        torch.manual_seed(question["seed"])
        height, width, channels = question["inputShape"]
        device = question["device"]
        self.images = torch.randn([question["batch"], channels, height, width]).to(device)
        self.labels = torch.randint(0, question["classes"], (question["batch"],)).to(device)
        self.model = Network(question["nodes"], question["kernelSizes"]).to(device)
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
        if question.get("compiled"):
            self.model = torch.compile(self.model)

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = nn.functional.cross_entropy(self.model(self.images), self.labels)
        loss.backward()
        self.optimizer.step()
        with torch.no_grad():
            torch._foreach_mul_(self.kernels, self.masks)


def peak_bytes():
    """Largest resident memory so far. getrusage would tell that of the process that started this one, where it was larger."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def prepare(device):
    """On a GPU as a person who wants speed sets it: TensorFlow's defaults allow TF32 too, and it chooses kernels by itself."""
    if device != "cuda":
        return None
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    return torch.cuda.get_device_name()


def wait():
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.synchronize()


def answer(question, candidates):
    if question["do"] == "open":
        torch.set_num_threads(question["threads"])
        accelerator = prepare(question["device"])
        candidates[:] = [Candidate({**question, **candidate}) for candidate in question["candidates"]]
        return {"torch": torch.__version__, "threads": torch.get_num_threads(), "accelerator": accelerator}
    if question["do"] == "warm":
        try:
            for _ in range(3):
                candidates[question["candidate"]].step()
            wait()
            return {}
        except Exception as error:  # A compiler is missing, memory does not suffice, …: the other candidates go on.
            return {"failed": f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"}
    if question["do"] == "memory":
        return {"peakBytes": peak_bytes()}
    candidate = candidates[question["candidate"]]
    wait()
    start = time.perf_counter()
    for _ in range(question["steps"]):
        candidate.step()
    wait()
    return {"milliseconds": (time.perf_counter() - start) * 1000 / question["steps"]}


def main():
    candidates = []
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), candidates)), flush=True)


if __name__ == "__main__":
    main()
