"""Peer of `loss.ts`: the authors' SINCERE (or eps-SupInfoNCE) in PyTorch, forward and backward.

Reads one JSON request per line from stdin, `{"rows", "size", "file", "labels", "seconds"}`, where `file` holds
the float32 rows and `labels` the int32 classes; answers with one JSON line, `{"ms", "value", "peakMb"}`.

`python3 loss_peer.py PATH_TO/revised_losses.py THREADS`
"""

import importlib.util
import json
import resource
import sys
import time

import numpy as np
import torch


def load(path):
    spec = importlib.util.spec_from_file_location("peer", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def blas():
    """GFLOP/s of a plain product, which tells a real BLAS from a fallback."""
    a = torch.rand(1024, 1024)
    a @ a
    start = time.perf_counter()
    for _ in range(5):
        a @ a
    return 5 * 2 * 1024**3 / (time.perf_counter() - start) / 1e9


def main():
    loss = load(sys.argv[1]).SINCERELoss(temperature=0.1)
    torch.set_num_threads(int(sys.argv[2]))
    described = {
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "matmulGflops": round(blas()),
        "baseMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(described), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        rows = np.fromfile(request["file"], dtype=np.float32).reshape(-1, request["size"])
        labels = torch.from_numpy(np.fromfile(request["labels"], dtype=np.int32).astype(np.int64))
        z = torch.from_numpy(rows).requires_grad_()
        times = []
        until = time.perf_counter() + request["seconds"]
        while not times or time.perf_counter() < until:
            z.grad = None
            start = time.perf_counter()
            value = loss(z, labels)
            value.backward()
            times.append(1000 * (time.perf_counter() - start))
        z.grad.numpy().tofile(request["file"] + ".gradient")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"ms": times, "value": float(value), "peakMb": peak}), flush=True)


if __name__ == "__main__":
    main()
