"""Peer of `step.ts` and `infer.ts`: the same residual networks in PyTorch.

`python3 network_peer.py VARIANT THREADS`, VARIANT one of default, channels_last, compiled (`torch.compile`
in channels_last) and, for inference, frozen. Prints a line
of JSON with what it is, then reads one JSON request per line: `{"what": "step" or "infer", "encoder", "imageSize", "rows",
"folder", "count", "seconds"}`, where `folder` holds `weights.safetensors`, `pixels.f32` (rows, height, width, 3) and
`labels.i32`. Runs for that many seconds and at least `count` times, and answers with the milliseconds of each, the first
loss or rows of vectors, and its peak memory. State goes on from request to request.

With `"what": "operators"`, for `step-operators.ts`, answers with the milliseconds of a step that each kind of operator
takes, the mean over `count` steps. With `"what": "matmul"` answers with the GFLOP/s of a product of matrices. What fails is
answered as `{"failed": why}`.
"""

import json
import resource
import sys
import time

import numpy as np
import torch
import torchvision
from torch import nn
from torch.nn import functional as F
from torchvision.models.resnet import BasicBlock, conv1x1

WEIGHTS = {"aten::add", "aten::add_", "aten::mul_", "Optimizer.step#SGD.step"}
SMALL = {"resnet8": ([16, 32, 64], 1), "resnet20": ([16, 32, 64], 3)}


class Small(nn.Module):
    """A residual network of three stages with torchvision's blocks and names."""

    def __init__(self, channels, depth):
        super().__init__()
        self.conv1 = nn.Conv2d(3, channels[0], 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels[0])
        self.stages = len(channels)
        inputs = channels[0]
        for stage, outputs in enumerate(channels):
            blocks = []
            for index in range(depth):
                stride = 2 if stage > 0 and index == 0 else 1
                shortcut = None
                if stride != 1 or inputs != outputs:
                    shortcut = nn.Sequential(conv1x1(inputs, outputs, stride), nn.BatchNorm2d(outputs))
                blocks.append(BasicBlock(inputs, outputs, stride, shortcut))
                inputs = outputs
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        for stage in range(self.stages):
            x = getattr(self, f"layer{stage + 1}")(x)
        return x.mean((2, 3))


class Encoder(nn.Module):
    """A network and its head: embedding and unit projection."""

    def __init__(self, encoder, given):
        super().__init__()
        name, _, detail = encoder.partition(":")
        if name in SMALL:
            channels, depth = SMALL[name]
            width = int(detail[1:]) if detail.startswith("w") else 1
            net = Small([width * count for count in channels], depth)
        else:
            net = getattr(torchvision.models, name)(weights=None)
            net.fc = nn.Identity()
            if detail != "imagenet":
                net.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
                net.maxpool = nn.Identity()
        heads = [given[f"head.{at}.weight"].shape for at in (0, 2)]
        (hidden, size), (projected, _) = heads
        self.head = nn.Sequential(nn.Linear(size, hidden), nn.ReLU(), nn.Linear(hidden, projected))
        own = set(net.state_dict())
        missing = net.load_state_dict({k: v for k, v in given.items() if k in own}, strict=False).missing_keys
        assert all("num_batches" in key for key in missing), missing
        self.head.load_state_dict({k[5:]: v for k, v in given.items() if k.startswith("head.")})
        self.net = net

    def forward(self, x):
        embedding = self.net(x)
        return embedding, F.normalize(self.head(embedding), dim=1)


def sincere(z, labels, temperature):
    """The loss with as few passes over the matrix as PyTorch needs."""
    similarity = z @ z.T / temperature
    same = labels[:, None] == labels[None]
    positive = same & ~torch.eye(len(labels), dtype=torch.bool)
    negatives = similarity.masked_fill(same, -torch.inf).logsumexp(1, keepdim=True)
    return (F.softplus(negatives - similarity) * positive).sum(1).div(positive.sum(1)).mean()


def kind_of(name, shape, rows):
    """What an operator is there for; the kinds are those of `step-operators.ts`."""
    if "convolution" in name:
        return "convolutions"
    if "max_pool2d" in name:
        return "max-pooling"
    images = len(shape) == 4 and shape[0] == rows
    if "batch_norm" in name or "threshold_backward" in name or (images and ("add" in name or "clamp" in name)):
        return "normalisation"
    return "weights" if name in WEIGHTS else "others"


def tensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    header.pop("__metadata__", None)
    return {
        name: torch.from_numpy(
            np.frombuffer(data[slice(*entry["data_offsets"])], dtype=np.float32).reshape(entry["shape"]).copy()
        )
        for name, entry in header.items()
    }


class Side:
    """The network of the first request, and what is done with it."""

    def __init__(self, request, variant):
        folder, size, rows = request["folder"], request["imageSize"], request["rows"]
        self.memory = torch.channels_last if variant in ("channels_last", "compiled") else torch.contiguous_format
        model = Encoder(request["encoder"], tensors(f"{folder}/weights.safetensors"))
        self.model = model.to(memory_format=self.memory)
        if variant == "compiled":
            self.model = torch.compile(self.model)
        pixels = np.fromfile(f"{folder}/pixels.f32", dtype=np.float32).reshape(rows, size, size, 3)
        self.pixels = torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)))
        self.labels = torch.from_numpy(np.fromfile(f"{folder}/labels.i32", dtype=np.int32).astype(np.int64))
        if request["what"] != "infer":
            self.model.train()
            self.optimizer = torch.optim.SGD(self.model.parameters(), 0.05, momentum=0.9, weight_decay=1e-4)
            return
        self.model.eval()
        if variant == "frozen":
            with torch.no_grad():
                traced = torch.jit.trace(self.model, self.batch())
                self.model = torch.jit.optimize_for_inference(torch.jit.freeze(traced))

    def batch(self):
        return self.pixels.contiguous(memory_format=self.memory)

    def step(self):
        _, z = self.model(self.batch())
        loss = sincere(z, self.labels, 0.1)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return [loss.item()]

    def operators(self, count):
        for _ in range(2):
            self.step()
        activities = [torch.profiler.ProfilerActivity.CPU]
        with torch.profiler.profile(activities=activities, record_shapes=True) as profile:
            for _ in range(count):
                self.step()
        ms = {}
        for event in profile.key_averages(group_by_input_shape=True):
            shapes = [shape for shape in event.input_shapes if shape]
            kind = kind_of(event.key, shapes[0] if shapes else [], len(self.labels))
            ms[kind] = ms.get(kind, 0) + event.self_cpu_time_total / 1000 / count
        return ms

    def infer(self):
        with torch.inference_mode():
            embedding, _ = self.model(self.batch())
        return embedding[0].tolist()


def matmul():
    """GFLOP/s of a large product of float32, the best of eight after a warm-up, as `matmul-rate.ts` has it."""
    size = 2048
    a, b = torch.rand(size, size), torch.rand(size, size)
    seconds = []
    for _ in range(9):
        start = time.perf_counter()
        a @ b
        seconds.append(time.perf_counter() - start)
    return 2 * size**3 / 1e9 / min(seconds[1:])


def timed(side, request):
    work = side.step if request["what"] == "step" else side.infer
    values, ms, cpu = None, [], []
    until = time.perf_counter() + request["seconds"]
    while len(ms) < request["count"] or time.perf_counter() < until:
        start, cpu_start = time.perf_counter(), time.process_time()
        result = work()
        ms.append(1000 * (time.perf_counter() - start))
        cpu.append(1000 * (time.process_time() - cpu_start))
        values = values or result
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"ms": ms, "cpuMs": cpu, "values": values, "peakMb": peak}


def main():
    variant, threads = sys.argv[1], int(sys.argv[2])
    torch.set_num_threads(threads)
    described = {"torch": torch.__version__, "variant": variant, "threads": torch.get_num_threads()}
    print(json.dumps(described), flush=True)
    side = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["what"] == "matmul":
                answer = {"gflops": matmul()}
            else:
                side = side or Side(request, variant)
                operators = request["what"] == "operators"
                answer = side.operators(request["count"]) if operators else timed(side, request)
        except Exception as error:  # Such as a variant that this machine cannot compile.
            answer = {"failed": str(error).strip().split("\n")[0]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
