"""Peer of `knn.ts`: nearest neighbours in PyTorch, by matmul and topk.

Reads one JSON request per line from stdin, `{"dim", "k", "queries", "support", "out", "seconds"}`, where `queries` and
`support` hold float32 rows and positions go to `out` as int32; answers with one JSON line, `{"ms", "peakMb", ...}`.

`python3 knn_peer.py THREADS CHUNK`, where CHUNK is how many queries are compared at a time, 0 for all at once.
"""

import json
import resource
import sys
import time

import numpy as np
import torch


def blas():
    """GFLOP/s of a plain product, which tells a real BLAS from a fallback."""
    a = torch.rand(1024, 1024)
    a @ a
    start = time.perf_counter()
    for _ in range(5):
        a @ a
    return 5 * 2 * 1024**3 / (time.perf_counter() - start) / 1e9


def blas_name():
    try:
        from threadpoolctl import threadpool_info

        names = [f"{info['internal_api']} {info['version']}" for info in threadpool_info() if info["user_api"] == "blas"]
        return ", ".join(sorted(set(names)))
    except ImportError:
        return "threadpoolctl is not installed"


def neighbours(queries, support, k, chunk):
    parts = [(part @ support.T).topk(k).indices for part in queries.split(chunk or len(queries))]
    return torch.cat(parts)


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    torch.set_num_threads(int(sys.argv[1]))
    chunk = int(sys.argv[2])
    described = {
        "torch": torch.__version__,
        "blas": blas_name(),
        "threads": torch.get_num_threads(),
        "chunk": chunk,
        "matmulGflops": round(blas()),
        "baseMb": peak_mb(),
    }
    print(json.dumps(described), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        queries, support = (
            torch.from_numpy(np.fromfile(request[name], dtype=np.float32).reshape(-1, request["dim"]))
            for name in ("queries", "support")
        )
        loaded = peak_mb()
        times = []
        until = time.perf_counter() + request["seconds"]
        while not times or time.perf_counter() < until:
            start = time.perf_counter()
            positions = neighbours(queries, support, request["k"], chunk)
            times.append(1000 * (time.perf_counter() - start))
        positions.numpy().astype(np.int32).tofile(request["out"])
        print(json.dumps({"ms": times, "loadedMb": loaded, "peakMb": peak_mb()}), flush=True)


main()
