"""Peer of `export.ts`: features of a folder of images by PyTorch, as scripts usually do it.

`python3 export_peer.py DATA OUT.npy WEIGHTS --network cifar|imagenet [--mean R,G,B --std R,G,B] [--batch 256]
[--workers 2] [--threads 2] [--freeze]`. WEIGHTS is a state dict (`.pt`) of torchvision's resnet18, or a safetensors file with its
names. Prints one JSON line with versions, images and the seconds of its parts.
"""

import argparse
import glob
import json
import os
import time

begun = time.perf_counter()

import numpy as np
import torch
import torchvision
from PIL import Image
from torch import nn
from torchvision import transforms as T


class Images(torch.utils.data.Dataset):
    def __init__(self, files, transform):
        self.files, self.transform = files, transform

    def __len__(self):
        return len(self.files)

    def __getitem__(self, at):
        with Image.open(self.files[at]) as image:
            return self.transform(image.convert("RGB"))


def state_dict(path):
    if path.endswith(".pt"):
        return torch.load(path)
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        values = np.frombuffer(data[first:last], dtype=np.float32).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors


def network(kind, path):
    model = torchvision.models.resnet18(weights=None)
    if kind == "cifar":
        model.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        model.maxpool = nn.Identity()
    model.fc = nn.Identity()
    own, given = model.state_dict(), state_dict(path)
    # A checkpoint also holds a head and momentum, and no counters of batches.
    found = {name: given[name] for name in own if name in given}
    missing = [name for name in own if name not in found and "num_batches" not in name]
    assert not missing, missing
    model.load_state_dict(found, strict=False)
    return model.eval()


def numbers(text):
    return [float(part) for part in text.split(",")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("weights")
    parser.add_argument("--network", choices=["cifar", "imagenet"], required=True)
    parser.add_argument("--mean", type=numbers, default=[0.485, 0.456, 0.406])
    parser.add_argument("--std", type=numbers, default=[0.229, 0.224, 0.225])
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--freeze", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    small = args.network == "cifar"
    steps = [T.Resize((32, 32))] if small else [T.Resize(256), T.CenterCrop(224)]
    transform = T.Compose([*steps, T.ToTensor(), T.Normalize(args.mean, args.std)])
    files = glob.glob(os.path.join(args.data, "**", "*.jpg"), recursive=True)
    files.sort(key=lambda file: os.path.relpath(file, args.data))
    loader = torch.utils.data.DataLoader(
        Images(files, transform), batch_size=args.batch, num_workers=args.workers
    )
    model = network(args.network, args.weights)
    if args.freeze:
        side = 32 if small else 224
        traced = torch.jit.trace(model, torch.zeros(args.batch, 3, side, side))
        model = torch.jit.optimize_for_inference(torch.jit.freeze(traced))
    rows, computing = [], 0.0
    opened = time.perf_counter()
    with torch.inference_mode():
        for batch in loader:
            start = time.perf_counter()
            rows.append(model(batch).numpy())
            computing += time.perf_counter() - start
    np.save(args.out, np.concatenate(rows))
    described = {
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "workers": args.workers,
        "frozen": args.freeze,
        "images": len(files),
        "openingSeconds": round(opened - begun, 2),
        "computingSeconds": round(computing, 2),
    }
    print(json.dumps(described), flush=True)


main()
