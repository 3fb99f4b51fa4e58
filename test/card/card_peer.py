"""PyTorch beside `check.ts`: steps, inferences and losses of the same networks, in float32, TF32 and bfloat16.

`python3 card_peer.py`. Answers each request, a line of JSON, with one: `{"describe": true}` with what it is, and
`{"work": {"what", "encoder", "rows", "imageSize"}, "setting", "folder", "seconds"}` with `{"ms", "values"}` or `{"failed": why}`;
`folder` holds what the check wrote (`row-inputs.ts`), and `setting` is fp32, tf32, bf16 or, for losses, authors. Needs torch
alone.
"""

import gc
import json
import os
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
#: Blocks of each stage, and channels out of a block over those inside.
NETWORKS = {"resnet8": (3, [1, 1, 1], 1), "resnet18": (4, [2, 2, 2, 2], 1), "resnet50": (4, [3, 4, 6, 3], 4)}


def convolution(inputs, outputs, size, stride=1):
    return nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)


class Block(nn.Module):
    """A residual block with torchvision's names: two convolutions, or a bottleneck of three."""

    def __init__(self, inputs, inner, expansion, stride):
        super().__init__()
        outputs = inner * expansion
        if expansion == 1:
            shapes = [(inputs, inner, 3, stride), (inner, outputs, 3, 1)]
        else:
            shapes = [(inputs, inner, 1, 1), (inner, inner, 3, stride), (inner, outputs, 1, 1)]
        self.depth = len(shapes)
        for at, shape in enumerate(shapes, 1):
            setattr(self, f"conv{at}", convolution(*shape))
            setattr(self, f"bn{at}", nn.BatchNorm2d(shape[1]))
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(convolution(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = x
        for at in range(1, self.depth + 1):
            y = getattr(self, f"bn{at}")(getattr(self, f"conv{at}")(y))
            if at < self.depth:
                y = F.relu(y)
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class Encoder(nn.Module):
    """A residual network with its head: embedding and unit projection."""

    def __init__(self, encoder):
        super().__init__()
        name, _, stem = encoder.partition(":")
        self.stages, depths, expansion = NETWORKS[name]
        channels = [(16 if self.stages == 3 else 64) << stage for stage in range(self.stages)]
        self.pooled = stem == "imagenet"
        self.conv1 = convolution(3, channels[0], *((7, 2) if self.pooled else (3, 1)))
        self.bn1 = nn.BatchNorm2d(channels[0])
        inputs = channels[0]
        for stage, inner in enumerate(channels):
            blocks = []
            for index in range(depths[stage]):
                blocks.append(Block(inputs, inner, expansion, 2 if stage > 0 and index == 0 else 1))
                inputs = inner * expansion
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.head = nn.Sequential(nn.Linear(inputs, inputs), nn.ReLU(), nn.Linear(inputs, 128))

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        if self.pooled:
            x = F.max_pool2d(x, 3, 2, 1)
        for stage in range(self.stages):
            x = getattr(self, f"layer{stage + 1}")(x)
        embedding = x.mean((2, 3))
        return embedding, F.normalize(self.head(embedding).float(), dim=1)


def sincere(z, labels, temperature=0.1):
    """SINCERE with as few passes over the matrix as PyTorch needs."""
    similarity = z @ z.T / temperature
    same = labels[:, None] == labels[None]
    negatives = similarity.masked_fill(same, -torch.inf).logsumexp(1, keepdim=True)
    positive = same.clone().fill_diagonal_(False)
    return (F.softplus(negatives - similarity) * positive).sum(1).div(positive.sum(1)).mean()


def sincere_gathered(z, labels, temperature=0.1):
    """SINCERE in the form of the authors' file: numerators and denominators as matrices of their own, filled by masks."""
    logits = z @ z.T / temperature
    numerator = labels[None] == labels[:, None]
    others = torch.full_like(logits, -torch.inf)
    others[~numerator] = logits[~numerator]
    denominators = torch.logsumexp(others, dim=0)[:, None].repeat(1, len(z))
    numerator[torch.eye(len(z), dtype=torch.bool, device=z.device)] = False
    counts = numerator.sum(dim=0)
    tops, bottoms = torch.zeros_like(logits), torch.zeros_like(logits)
    tops[numerator] = logits[numerator]
    bottoms[numerator] = torch.stack((tops[numerator], denominators[numerator])).logsumexp(dim=0)
    return torch.sum((bottoms - tops) / counts) / len(z)


def tensors(path):
    """The tensors of a safetensors file, all float32."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    flat = torch.frombuffer(data, dtype=torch.float32)
    span = lambda entry: slice(*(offset // 4 for offset in entry["data_offsets"]))
    return {name: flat[span(entry)].reshape(entry["shape"]) for name, entry in header.items()}


def numbers(path, dtype):
    with open(path, "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=dtype)


def synchronize():
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


def use(setting):
    """TF32 where it is asked for, and beside bfloat16 for what stays float32."""
    torch.backends.cuda.matmul.allow_tf32 = setting in ("tf32", "bf16")
    torch.backends.cudnn.allow_tf32 = setting in ("tf32", "bf16")
    torch.backends.cudnn.benchmark = True
    return torch.autocast(DEVICE.type, torch.bfloat16, enabled=setting == "bf16")


def network_work(work, setting, folder):
    """A function that takes a step, or encodes a batch. Either copies the pixels to the card, as a training loop does."""
    rows, size = work["rows"], work["imageSize"]
    # The layout that each is fastest in on a card.
    memory = torch.contiguous_format if setting == "fp32" else torch.channels_last
    model = Encoder(work["encoder"])
    missing = model.load_state_dict(tensors(os.path.join(folder, "weights.safetensors")), strict=False).missing_keys
    assert all("num_batches" in key for key in missing), missing
    model = model.to(DEVICE, memory_format=memory)
    pixels = numbers(os.path.join(folder, "values.f32"), torch.float32)[: rows * size * size * 3]
    pixels = pixels.reshape(rows, size, size, 3).permute(0, 3, 1, 2).contiguous(memory_format=memory)
    labels = numbers(os.path.join(folder, "labels.i32"), torch.int32)[:rows].long().to(DEVICE)
    if DEVICE.type == "cuda":
        pixels = pixels.pin_memory()
    batch = lambda: pixels.to(DEVICE, non_blocking=True)
    autocast = use(setting)
    if work["what"] == "inference":
        model.eval()

        def infer():
            with torch.inference_mode(), autocast:
                embedding, _ = model(batch())
            return embedding.float().cpu()[0, :8].tolist()

        return infer
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9, weight_decay=1e-4)

    def step():
        with autocast:
            _, z = model(batch())
            loss = sincere(z, labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return [loss.item()]

    return step


def loss_work(setting, folder):
    z = numbers(os.path.join(folder, "values.f32"), torch.float32).reshape(-1, 128).to(DEVICE).requires_grad_()
    labels = numbers(os.path.join(folder, "labels.i32"), torch.int32).long().to(DEVICE)
    formula = sincere_gathered if setting == "authors" else sincere
    autocast = use(setting)

    def run():
        z.grad = None
        with autocast:
            value = formula(z, labels)
        value.backward()
        return [value.item()]

    return run


def timed(request):
    """Twice to warm up, then for some seconds and at least three times; the time of each in ms."""
    work, setting = request["work"], request["setting"]
    if work["what"] == "loss":
        run = loss_work(setting, request["folder"])
    else:
        run = network_work(work, setting, request["folder"])
    values = run()
    run()
    synchronize()
    ms, until = [], time.perf_counter() + request["seconds"]
    while len(ms) < 3 or time.perf_counter() < until:
        start = time.perf_counter()
        run()
        synchronize()
        ms.append(1000 * (time.perf_counter() - start))
    return {"ms": ms, "values": values}


def answer(request):
    try:
        return timed(request)
    except (RuntimeError, MemoryError) as error:
        text = str(error).strip().split("\n")[0]
        short = isinstance(error, MemoryError) or "out of memory" in text or "can't allocate" in text
        return {"failed": "out of memory" if short else text}


def described():
    what = {"torch": torch.__version__, "device": DEVICE.type, "threads": torch.get_num_threads()}
    if DEVICE.type == "cuda":
        torch.zeros(1, device=DEVICE)
        properties = torch.cuda.get_device_properties(0)
        what["card"] = properties.name
        what["memoryGb"] = round(properties.total_memory / 1e9, 1)
        what["capability"] = ".".join(map(str, torch.cuda.get_device_capability()))
        what["cuda"], what["cudnn"] = torch.version.cuda, torch.backends.cudnn.version()
    return what


def main():
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(described() if "describe" in request else answer(request)), flush=True)
        # Not before the error that said so is gone, which holds what it could not finish.
        gc.collect()
        if DEVICE.type == "cuda":
            torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
