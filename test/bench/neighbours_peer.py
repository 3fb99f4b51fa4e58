"""Peer of `neighbours.ts`: `python3 neighbours_peer.py QUERY SUPPORT TOP THREADS OUT`, faiss-cpu's `IndexFlatIP`."""

import json
import resource
import sys
import time

import faiss
import numpy as np


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    query, support, top, threads, out = sys.argv[1:]
    faiss.omp_set_num_threads(int(threads))
    idle = peak_mb()
    rows = np.load(support)
    queries = rows if query == support else np.load(query)
    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(rows)
    start = time.perf_counter()
    _, found = index.search(queries, int(top))
    ms = 1000 * (time.perf_counter() - start)
    peak, cpu = peak_mb(), time.process_time()
    found.astype(np.int32).tofile(out)
    settings = {"faiss": faiss.__version__, "options": faiss.get_compile_options(), "threads": int(threads)}
    print(json.dumps({"ms": ms, "idleMb": idle, "peakMb": peak, "cpuSeconds": cpu, "settings": settings}))


main()
