"""Rates of PyTorch's schedulers: the oracle of learning-rates.test.ts, and the maker of its golden file.

    python3 test/parity/learning_rates_reference.py FOLDER

Reads cases.json: for each case the first rate, the number of steps, and schedulers, each stepped after as many optimizer
steps as `every` says; those of one case share an optimizer, as by ChainedScheduler. Writes rates.json: the rate of every step.
"""

import json
import sys
from pathlib import Path

import torch


def build(optimizer, scheduler):
    kind, options = scheduler["kind"], dict(scheduler["options"])
    if kind == "SequentialLR":
        parts = [build(optimizer, part) for part in options["schedulers"]]
        return torch.optim.lr_scheduler.SequentialLR(optimizer, parts, options["milestones"])
    return getattr(torch.optim.lr_scheduler, kind)(optimizer, **options)


def rates(case):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], case["rate"])
    schedulers = [(build(optimizer, scheduler), scheduler["every"]) for scheduler in case["schedulers"]]
    found = []
    for step in range(case["steps"]):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        for scheduler, every in schedulers:
            if (step + 1) % every == 0 and step + 1 < case["steps"]:
                scheduler.step()
    return found


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    cases = json.loads((folder / "cases.json").read_text())
    (folder / "rates.json").write_text(json.dumps({case["name"]: rates(case) for case in cases}))
