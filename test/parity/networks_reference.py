"""The networks of the literature in PyTorch, with torchvision's names of modules: the oracle of networks.test.ts.

    python3 test/parity/networks_reference.py FOLDER

Writes to the folder, for every case: CASE.safetensors (the state dict) and, in results.json, the number of trainable
parameters, the logits in evaluation and, for some, a summary of the gradients and of batch norm's new statistics in
training. Weights and images follow a formula (`values`) that the test computes too, so that the results alone stand in
for this script where there is no PyTorch. Everything is computed in float64.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

CLASSES = 10


def values(name, count):
    """Numbers in [0, 1) without a pattern, the same here and in the test: FNV-1a of the name, then Murmur3's finish."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x01000193) & 0xFFFFFFFF
    x = (np.uint64(seed) + np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B9)) & np.uint64(0xFFFFFFFF)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
        x = ((x ^ (x >> np.uint64(shift))) * np.uint64(factor)) & np.uint64(0xFFFFFFFF)
    return x.astype(np.float64) / 2**32


def tensor(name, shape):
    """A tensor of the state dict, in float32."""
    u = values(name, math.prod(shape))
    if name.endswith("running_mean"):
        u = 0.4 * u - 0.2
    elif name.endswith("running_var") or (name.endswith("weight") and len(shape) == 1):
        u = 0.5 + u
    elif name.endswith("bias"):
        u = 0.2 * u - 0.1
    else:
        u = (2 * u - 1) * math.sqrt(6 / math.prod(shape[1:]))
    return torch.from_numpy(u.astype(np.float32).reshape(shape))


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 20, 5)
        self.conv2 = nn.Conv2d(20, 50, 5)
        self.fc1 = nn.Linear(50 * 4 * 4, 500)
        self.fc2 = nn.Linear(500, CLASSES)

    def forward(self, x):
        x = F.max_pool2d(self.conv1(x), 2)
        x = F.max_pool2d(self.conv2(x), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


class Conv2(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, padding=1)
        self.conv2 = nn.Conv2d(64, 64, 3, padding=1)
        self.fc1 = nn.Linear(64 * 8 * 8, 256)
        self.fc2 = nn.Linear(256, 256)
        self.fc3 = nn.Linear(256, CLASSES)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv2(F.relu(self.conv1(x)))), 2)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x.flatten(1))))))


class Vgg11(nn.Module):
    def __init__(self):
        super().__init__()
        layers, channels = [], 3
        for width in (64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"):
            if width == "M":
                layers.append(nn.MaxPool2d(2, 2))
            else:
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
                channels = width
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(512, CLASSES)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, inputs, width, stride, option):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.padding = None
        self.downsample = None
        if stride != 1 or inputs != width:
            if option == "A":
                self.padding = (stride, width - inputs)
            else:
                self.downsample = nn.Sequential(nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def shortcut(self, x):
        if self.padding:
            stride, missing = self.padding
            before = missing // 2
            return F.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, before, missing - before))
        return self.downsample(x) if self.downsample else x

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, inputs, width, stride, option):
        super().__init__()
        outputs = 4 * width
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        return F.relu(self.bn3(self.conv3(y)) + (self.downsample(x) if self.downsample else x))


class ResNet(nn.Module):
    def __init__(self, block, blocks, widths, stem, option="B"):
        super().__init__()
        size, stride, padding = (7, 2, 3) if stem == "imagenet" else (3, 1, 1)
        self.conv1 = nn.Conv2d(3, widths[0], size, stride, padding, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.pool = nn.MaxPool2d(3, 2, 1) if stem == "imagenet" else nn.Identity()
        channels = widths[0]
        self.stages = len(widths)
        for stage, (count, width) in enumerate(zip(blocks, widths), start=1):
            layers = []
            for index in range(count):
                layers.append(block(channels, width, 2 if index == 0 and stage > 1 else 1, option))
                channels = width * block.expansion
            setattr(self, f"layer{stage}", nn.Sequential(*layers))
        self.fc = nn.Linear(channels, CLASSES)

    def forward(self, x):
        x = self.pool(F.relu(self.bn1(self.conv1(x))))
        for stage in range(self.stages):
            x = getattr(self, f"layer{stage + 1}")(x)
        return self.fc(x.mean((2, 3)))


class WideBlock(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.shortcut = nn.Conv2d(inputs, width, 1, stride, bias=False) if inputs != width else None

    def forward(self, x):
        activated = F.relu(self.bn1(x))
        y = self.conv2(F.relu(self.bn2(self.conv1(activated))))
        return y + (self.shortcut(activated) if self.shortcut else x)


class WideResNet28(nn.Module):
    def __init__(self, widen):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        channels = 16
        for stage, width in enumerate((16 * widen, 32 * widen, 64 * widen), start=1):
            layers = []
            for index in range(4):
                layers.append(WideBlock(channels, width, 2 if index == 0 and stage > 1 else 1))
                channels = width
            setattr(self, f"layer{stage}", nn.Sequential(*layers))
        self.bn1 = nn.BatchNorm2d(channels)
        self.fc = nn.Linear(channels, CLASSES)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.conv1(x))))
        return self.fc(F.relu(self.bn1(x)).mean((2, 3)))


class SeparableBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.depthwise = nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False)
        self.bn1 = nn.BatchNorm2d(inputs)
        self.pointwise = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return F.relu(self.bn2(self.pointwise(F.relu(self.bn1(self.depthwise(x))))))


class MobileNetV1(nn.Module):
    def __init__(self, width):
        super().__init__()

        def scaled(channels):
            return max(8, int(channels * width))

        channels = scaled(32)
        self.conv1 = nn.Conv2d(3, channels, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        blocks = []
        for outputs, stride in (
            (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1),
        ):
            blocks.append(SeparableBlock(channels, scaled(outputs), stride))
            channels = scaled(outputs)
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(channels, CLASSES)

    def forward(self, x):
        return self.fc(self.blocks(F.relu(self.bn1(self.conv1(x)))).mean((2, 3)))


def divisible(channels):
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


def conv_norm(inputs, outputs, size, stride, activation, groups=1, norm=nn.BatchNorm2d):
    layers = [nn.Conv2d(inputs, outputs, size, stride, (size - 1) // 2, groups=groups, bias=False), norm(outputs)]
    return nn.Sequential(*layers, *([activation()] if activation else []))


class InvertedResidualV2(nn.Module):
    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        hidden = inputs * expansion
        layers = [conv_norm(inputs, hidden, 1, 1, nn.ReLU6)] if expansion != 1 else []
        self.conv = nn.Sequential(
            *layers, conv_norm(hidden, hidden, 3, stride, nn.ReLU6, hidden),
            nn.Conv2d(hidden, outputs, 1, bias=False), nn.BatchNorm2d(outputs),
        )
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.conv(x) if self.residual else self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self, width):
        super().__init__()
        channels, last = divisible(32 * width), divisible(1280 * max(1.0, width))
        features = [conv_norm(3, channels, 3, 2, nn.ReLU6)]
        for expansion, base, count, stride in (
            (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
        ):
            for index in range(count):
                outputs = divisible(base * width)
                features.append(InvertedResidualV2(channels, outputs, stride if index == 0 else 1, expansion))
                channels = outputs
        features.append(conv_norm(channels, last, 1, 1, nn.ReLU6))
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(last, CLASSES))

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


def hard_sigmoid(x):
    # The gradient of F.hardsigmoid is off by 3e-8 in float64: its kernel has 1 / 6 in float32.
    return F.relu6(x + 3) / 6


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        return x * hard_sigmoid(self.fc2(F.relu(self.fc1(x.mean((2, 3), keepdim=True)))))


def norm_v3(channels):
    return nn.BatchNorm2d(channels, eps=0.001, momentum=0.01)


class InvertedResidualV3(nn.Module):
    def __init__(self, inputs, size, hidden, outputs, squeeze, activation, stride):
        super().__init__()
        layers = [conv_norm(inputs, hidden, 1, 1, activation, norm=norm_v3)] if hidden != inputs else []
        layers.append(conv_norm(hidden, hidden, size, stride, activation, hidden, norm_v3))
        if squeeze:
            layers.append(SqueezeExcitation(hidden, divisible(hidden // 4)))
        self.block = nn.Sequential(*layers, conv_norm(hidden, outputs, 1, 1, None, norm=norm_v3))
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.block(x) if self.residual else self.block(x)


RE, HS = nn.ReLU, nn.Hardswish
V3_SMALL = (
    (3, 16, 16, True, RE, 2), (3, 72, 24, False, RE, 2), (3, 88, 24, False, RE, 1), (5, 96, 40, True, HS, 2),
    (5, 240, 40, True, HS, 1), (5, 240, 40, True, HS, 1), (5, 120, 48, True, HS, 1), (5, 144, 48, True, HS, 1),
    (5, 288, 96, True, HS, 2), (5, 576, 96, True, HS, 1), (5, 576, 96, True, HS, 1),
)
V3_LARGE = (
    (3, 16, 16, False, RE, 1), (3, 64, 24, False, RE, 2), (3, 72, 24, False, RE, 1), (5, 72, 40, True, RE, 2),
    (5, 120, 40, True, RE, 1), (5, 120, 40, True, RE, 1), (3, 240, 80, False, HS, 2), (3, 200, 80, False, HS, 1),
    (3, 184, 80, False, HS, 1), (3, 184, 80, False, HS, 1), (3, 480, 112, True, HS, 1), (3, 672, 112, True, HS, 1),
    (5, 672, 160, True, HS, 2), (5, 960, 160, True, HS, 1), (5, 960, 160, True, HS, 1),
)


class MobileNetV3(nn.Module):
    def __init__(self, blocks, last, dropout=0.2):
        super().__init__()
        features, channels = [conv_norm(3, 16, 3, 2, HS, norm=norm_v3)], 16
        for size, hidden, outputs, squeeze, activation, stride in blocks:
            features.append(InvertedResidualV3(channels, size, hidden, outputs, squeeze, activation, stride))
            channels = outputs
        features.append(conv_norm(channels, 6 * channels, 1, 1, HS, norm=norm_v3))
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(
            nn.Linear(6 * channels, last), nn.Hardswish(), nn.Dropout(dropout), nn.Linear(last, CLASSES)
        )

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


class Listed(nn.Module):
    """What the test writes as a list of layers: each kind of layer of the generic network once."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 5, 2, 2, bias=False)
        self.norm1 = nn.BatchNorm2d(8, eps=0.01)
        self.grouped = nn.Conv2d(8, 12, 3, 1, 2, dilation=2, groups=2)
        self.depthwise1 = nn.Conv2d(12, 24, 3, 1, 1, groups=12, bias=False)
        self.separable1 = nn.ModuleDict({
            "depthwise": nn.Conv2d(24, 24, 3, 1, 1, groups=24, bias=False),
            "pointwise": nn.Conv2d(24, 16, 1, bias=False),
        })
        self.residual1 = nn.ModuleDict({
            "conv1": nn.Conv2d(16, 16, 3, 1, 1, bias=False), "batch-norm1": nn.BatchNorm2d(16),
        })
        self.residual2 = nn.ModuleDict({
            "conv1": nn.Conv2d(16, 20, 3, 2, 1), "batch-norm1": nn.BatchNorm2d(20),
            "shortcut": nn.ModuleDict({"conv": nn.Conv2d(16, 20, 1, 2, bias=False), "norm": nn.BatchNorm2d(20)}),
        })
        setattr(self, "squeeze-excite1", nn.ModuleDict({"fc1": nn.Conv2d(20, 5, 1), "fc2": nn.Conv2d(5, 20, 1)}))
        self.dense1 = nn.Linear(20 * 3 * 3, 14)
        self.dense2 = nn.Linear(14, CLASSES)

    def forward(self, x):
        x = F.relu6(self.norm1(self.conv1(x)))
        x = F.max_pool2d(F.hardswish(self.grouped(x)), 3, 2, 1)
        x = self.separable1["pointwise"](self.separable1["depthwise"](torch.sigmoid(self.depthwise1(x))))
        x = F.relu(x + self.residual1["batch-norm1"](self.residual1["conv1"](x)))
        branch = self.residual2["batch-norm1"](self.residual2["conv1"](x))
        x = branch + self.residual2["shortcut"]["norm"](self.residual2["shortcut"]["conv"](x))
        excite = getattr(self, "squeeze-excite1")
        x = x * hard_sigmoid(excite["fc2"](F.relu(excite["fc1"](x.mean((2, 3), keepdim=True)))))
        x = F.silu(F.avg_pool2d(x, 2, 1))
        return self.dense2(hard_sigmoid(self.dense1(x.flatten(1))))


# Name: (network, height = width, channels, whether the gradients are compared as well).
CASES = {
    "lenet-5": (LeNet5, 28, 1, False),
    "conv-2": (Conv2, 16, 3, False),
    "vgg-11": (Vgg11, 32, 3, False),
    "resnet-20": (lambda: ResNet(BasicBlock, (3, 3, 3), (16, 32, 64), "cifar", "A"), 16, 3, True),
    "resnet-18": (lambda: ResNet(BasicBlock, (2, 2, 2, 2), (64, 128, 256, 512), "imagenet"), 32, 3, False),
    "resnet-50": (lambda: ResNet(Bottleneck, (3, 4, 6, 3), (64, 128, 256, 512), "imagenet"), 64, 3, False),
    "wide-resnet-28": (lambda: WideResNet28(2), 16, 3, False),
    "mobilenet-v1": (lambda: MobileNetV1(0.5), 32, 3, False),
    "mobilenet-v2": (lambda: MobileNetV2(0.75), 32, 3, False),
    "mobilenet-v3-small": (lambda: MobileNetV3(V3_SMALL, 1024, 0.0), 64, 3, True),
    "mobilenet-v3-large": (lambda: MobileNetV3(V3_LARGE, 1280), 32, 3, False),
    "layers": (Listed, 32, 3, True),
}
BATCH = 4


def summary(name, gradient):
    """Norm of a tensor, and its product with numbers of its own: two numbers that any difference changes."""
    flat = gradient.detach().numpy().reshape(-1)
    return [float(np.linalg.norm(flat)), float(flat @ (values(f"{name}/probe", flat.size) - 0.5))]


def run(name, folder):
    make, side, channels, gradients = CASES[name]
    network = make().double()
    state = network.state_dict()
    filled = {key: value if key.endswith("num_batches_tracked") else tensor(key, tuple(value.shape))
              for key, value in state.items()}
    save_file({key: value.contiguous() for key, value in filled.items()}, folder / f"{name}.safetensors")
    network.load_state_dict({key: value.double() if value.is_floating_point() else value for key, value in filled.items()})
    images = 2 * values("images", BATCH * side * side * channels).reshape(BATCH, side, side, channels) - 1
    images = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
    result = {
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "logits": network.eval()(images).detach().numpy().tolist(),
    }
    if gradients:
        network.train()
        labels = torch.arange(BATCH) * 3 % CLASSES
        loss = F.cross_entropy(network(images), labels)
        loss.backward()
        result["loss"] = loss.item()
        result["gradients"] = {key: summary(key, value.grad) for key, value in network.named_parameters()}
        result["statistics"] = {key: summary(key, value) for key, value in network.named_buffers()
                                if not key.endswith("num_batches_tracked")}
    return result


def main(folder):
    folder = Path(folder)
    torch.manual_seed(0)
    results = {name: run(name, folder) for name in CASES}
    (folder / "results.json").write_text(json.dumps(results))


if __name__ == "__main__":
    main(sys.argv[1])
