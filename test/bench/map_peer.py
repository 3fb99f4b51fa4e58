"""Peer of `map.ts`: `python3 map_peer.py ROWS DIM SEEDS OUT`, umap-learn by its defaults with cosine distances."""

import json
import sys
import time

import numpy as np


def main():
    file, dim, seeds, out = sys.argv[1:]
    rows = np.fromfile(file, np.float32).reshape(-1, int(dim))
    start = time.perf_counter()
    import umap

    umap.UMAP(metric="cosine", n_epochs=2).fit_transform(rows[:500])
    said("umap-learn, import and first compilation", start)
    for seed in range(int(seeds)):
        # With a seed it runs on one thread, as ours does.
        start = time.perf_counter()
        layout = umap.UMAP(metric="cosine", random_state=seed, n_jobs=1).fit_transform(rows)
        name = f"{out}/layout-{seed}.f32"
        seconds = time.perf_counter() - start
        layout.astype(np.float32).tofile(name)
        print(json.dumps({"what": f"umap-learn {umap.__version__}, seed {seed}", "seconds": seconds, "file": name}))
    start = time.perf_counter()
    layout = umap.UMAP(metric="cosine").fit_transform(rows)
    seconds = time.perf_counter() - start
    layout.astype(np.float32).tofile(f"{out}/layout.f32")
    print(json.dumps({"what": "umap-learn without a seed, all threads", "seconds": seconds, "file": f"{out}/layout.f32"}))


def said(what, start):
    print(json.dumps({"what": what, "seconds": time.perf_counter() - start}))


main()
