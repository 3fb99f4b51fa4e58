"""Peer of `loader.ts`: two random views of each image by torchvision, as the paper's code makes them.

`python3 loader_peer.py VARIANT DATA --image-size 32 --batch 256 [--workers 2] [--prefetch 2] [--warm-up 8] [--seconds 8]`.
VARIANT is one of

- `pil`: Pillow decodes, `transforms` on Pillow images, then tensors;
- `v2`: `decode_image` and `transforms.v2` on tensors of 8 bits, made float at the end;
- `v2-float`: the same, made float before the colours.

DATA is a folder of JPEG files, one sub-folder for each class. Batches come from a `DataLoader` with persistent workers, each with
one thread of PyTorch, and from an endless sampler: nothing runs dry between epochs. Counts images whose two views have arrived
as a batch, from the end of the warm-up on. Prints one JSON line.
"""

import argparse
import glob
import json
import os
import time

import PIL
import torch
import torchvision
from PIL import Image
from torchvision import transforms as v1
from torchvision.io import ImageReadMode, decode_image, read_file
from torchvision.transforms import v2

MEAN, STD = [0.5] * 3, [0.25] * 3


def jitter_and_grey(T):
    return [T.RandomApply([T.ColorJitter(0.4, 0.4, 0.4, 0.1)], p=0.8), T.RandomGrayscale(p=0.2)]


def pil_transform(size):
    crop = v1.RandomResizedCrop(size, scale=(0.2, 1.0))
    end = [v1.ToTensor(), v1.Normalize(MEAN, STD)]
    return v1.Compose([crop, v1.RandomHorizontalFlip(), *jitter_and_grey(v1), *end])


def v2_transform(size, early_float):
    crop = [v2.RandomResizedCrop(size, scale=(0.2, 1.0), antialias=True), v2.RandomHorizontalFlip()]
    to_float = [v2.ToDtype(torch.float32, scale=True)]
    colours = jitter_and_grey(v2)
    middle = [*to_float, *colours] if early_float else [*colours, *to_float]
    return v2.Compose([*crop, *middle, v2.Normalize(MEAN, STD)])


def read_pil(path):
    with Image.open(path) as image:
        return image.convert("RGB")


def read_tensor(path):
    return decode_image(read_file(path), mode=ImageReadMode.RGB)


class TwoViews(torch.utils.data.Dataset):
    def __init__(self, files, read, transform):
        self.files, self.read, self.transform = files, read, transform

    def __len__(self):
        return len(self.files)

    def __getitem__(self, at):
        path, label = self.files[at]
        image = self.read(path)
        return self.transform(image), self.transform(image), label


class Endless(torch.utils.data.Sampler):
    """One shuffled epoch after another."""

    def __init__(self, count):
        self.count = count

    def __iter__(self):
        while True:
            yield from torch.randperm(self.count).tolist()


def one_thread(_worker):
    torch.set_num_threads(1)


def listed(folder):
    classes = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())
    return [
        (path, label)
        for label, name in enumerate(classes)
        for path in sorted(glob.glob(os.path.join(folder, name, "*.jpg")))
    ]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("variant", choices=["pil", "v2", "v2-float"])
    parser.add_argument("data")
    parser.add_argument("--image-size", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--prefetch", type=int, default=2)
    parser.add_argument("--warm-up", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=8)
    args = parser.parse_args()
    torch.manual_seed(0)
    files = listed(args.data)
    pil = args.variant == "pil"
    transform = pil_transform(args.image_size) if pil else v2_transform(args.image_size, args.variant == "v2-float")
    loader = torch.utils.data.DataLoader(
        TwoViews(files, read_pil if pil else read_tensor, transform),
        batch_size=args.batch,
        sampler=Endless(len(files)),
        num_workers=args.workers,
        prefetch_factor=args.prefetch,
        persistent_workers=True,
        worker_init_fn=one_thread,
        drop_last=True,
    )
    batches = iter(loader)
    for _ in range(args.warm_up):
        first, second, labels = next(batches)
    shape = [len(labels), 3, args.image_size, args.image_size]
    assert list(first.shape) == list(second.shape) == shape and first.dtype == torch.float32
    start = now = time.perf_counter()
    images = 0
    while now - start < args.seconds:
        first, _second, _labels = next(batches)
        images += len(first)
        now = time.perf_counter()
    answer = {
        "imagesPerSecond": images / (now - start),
        "images": images,
        "seconds": now - start,
        "files": len(files),
        "torch": torch.__version__,
        "torchvision": torchvision.__version__,
        "pillow": PIL.__version__,
        "workers": args.workers,
        "prefetch": args.prefetch,
    }
    print(json.dumps(answer), flush=True)
    # The workers of an endless sampler would be waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
