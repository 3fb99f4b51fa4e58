"""Peer of `budget.ts`: a ResNet of the benchmarks trained by PyTorch and torchvision.

`python3 budget_peer.py IMAGES OUT.onnx WEIGHTS REVISED_LOSSES --steps N [--encoder resnet20] [--batch 128]
[--learning-rate 0.1] [--warmup-steps 100] [--temperature 0.1] [--threads 2] [--workers 2] [--seed 0]`. IMAGES has a folder for
each class and fits into memory; WEIGHTS (safetensors) are what training starts from; REVISED_LOSSES is the authors' file. Images
are decoded once; each is augmented anew, twice for each batch, by torchvision in worker processes. Batches are
class-balanced; the learning rate is that of ours. Prints a line of JSON.
"""

import argparse
import glob
import json
import math
import os
import random
import sys
import time

import torch
from network_peer import Encoder, tensors
from loss_peer import load
from PIL import Image
from torchvision import transforms as T

NORMALISED = T.Compose([T.ToTensor(), T.Normalize((0.5,) * 3, (0.25,) * 3)])


class Views(torch.utils.data.Dataset):
    """Two augmented views of an image, as the paper makes them."""

    def __init__(self, folder, size):
        self.images, self.labels = [], []
        for label, name in enumerate(sorted(os.listdir(folder))):
            for file in sorted(glob.glob(os.path.join(folder, name, "*"))):
                with Image.open(file) as image:
                    self.images.append(image.convert("RGB"))
                self.labels.append(label)
        self.transform = T.Compose(
            [
                T.RandomResizedCrop(size, scale=(0.2, 1)),
                T.RandomHorizontalFlip(),
                T.RandomApply([T.ColorJitter(0.4, 0.4, 0.4, 0.1)], p=0.8),
                T.RandomGrayscale(p=0.2),
                NORMALISED,
            ]
        )

    def __len__(self):
        return len(self.images)

    def __getitem__(self, at):
        return self.transform(self.images[at]), self.transform(self.images[at]), self.labels[at]


def balanced(labels, batch, seed):
    """Batches for ever: equal shares of the classes, each of which walks through its images in a new order each time."""
    draw = random.Random(seed)
    classes = sorted(set(labels))
    members = {label: [at for at, other in enumerate(labels) if other == label] for label in classes}
    walks = {label: [] for label in classes}
    while True:
        larger = set(draw.sample(classes, batch % len(classes)))
        rows = []
        for label in classes:
            for _ in range(batch // len(classes) + (label in larger)):
                walks[label] = walks[label] or draw.sample(members[label], len(members[label]))
                rows.append(walks[label].pop())
        draw.shuffle(rows)
        yield rows


def options():
    parser = argparse.ArgumentParser()
    for name in ("images", "out", "weights", "losses"):
        parser.add_argument(name)
    parser.add_argument("--encoder", default="resnet20")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=0.1)
    parser.add_argument("--warmup-steps", type=int, default=100)
    parser.add_argument("--temperature", type=float, default=0.1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main():
    given = options()
    torch.manual_seed(given.seed)
    torch.set_num_threads(given.threads)
    begun = time.perf_counter()
    views = Views(given.images, given.size)
    batches = balanced(views.labels, given.batch, given.seed)
    loader = torch.utils.data.DataLoader(views, batch_sampler=batches, num_workers=given.workers)
    model = Encoder(given.encoder, tensors(given.weights)).to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.SGD(model.parameters(), given.learning_rate, momentum=0.9, weight_decay=1e-4)
    criterion = load(given.losses).MultiviewSINCERELoss(given.temperature)
    lowest, shown = given.learning_rate / 1000, 0
    for step, (one, other, labels) in zip(range(given.steps), loader):
        cosine = lowest + (given.learning_rate - lowest) * (1 + math.cos(math.pi * step / given.steps)) / 2
        for group in optimizer.param_groups:
            group["lr"] = cosine * min(1, (step + 1) / given.warmup_steps)
        x = torch.cat([one, other]).contiguous(memory_format=torch.channels_last)
        z = model(x)[1]
        # The authors' loss wants the views of an image side by side: rows, views, coordinates.
        loss = criterion(torch.stack(z.chunk(2), 1), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        elapsed = time.perf_counter() - begun
        if elapsed - shown >= 30:
            shown = elapsed
            print(f"{elapsed / 60:.1f} min, step {step}, loss {loss.item():.3f}", file=sys.stderr, flush=True)
    seconds = time.perf_counter() - begun
    model.eval()
    example = torch.zeros(2, 3, given.size, given.size)
    names = {"input_names": ["images"], "output_names": ["embedding", "projection"]}
    rows = {name: {0: "rows"} for name in ("images", "embedding", "projection")}
    torch.onnx.export(model, example, given.out, opset_version=13, dynamic_axes=rows, **names)
    print(json.dumps({"torch": torch.__version__, "steps": given.steps, "seconds": seconds, "loss": loss.item()}))


if __name__ == "__main__":
    main()
