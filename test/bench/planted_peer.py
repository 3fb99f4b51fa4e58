"""Near-duplicates of the vectors that planted-worker.ts wrote: planted_peer.py FOLDER faiss|cleanlab."""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np

folder, method = Path(sys.argv[1]), sys.argv[2]
about = json.loads((folder / "pairs.json").read_text())
threshold = about["threshold"]
truth = {(train, test): edit for train, test, edit in about["truth"]}
ours = {tuple(pair) for pair in about["pairs"]}


def rows_of(side):
    return np.fromfile(folder / f"{side}.f32", dtype=np.float32).reshape(-1, about["dim"])


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def told(name, pairs, seconds, megabytes):
    found = dict.fromkeys(("crop", "jpeg", "flip"), 0)
    for pair, edit in truth.items():
        found[edit] += pair in pairs
    share = f"{100 * sum(found.values()) / len(pairs):.1f} %" if pairs else "–"
    print(f"{name}: {len(pairs)} pairs in {seconds:.1f} s, peak {megabytes:.0f} MB; {found}, precision {share}")


def by_faiss():
    import faiss

    faiss.omp_set_num_threads(2)
    started = time.time()
    train, test = rows_of("train"), rows_of("test")
    faiss.normalize_L2(train)
    faiss.normalize_L2(test)
    index = faiss.IndexFlatIP(about["dim"])
    index.add(train)
    limits, _, positions = index.range_search(test, threshold)
    seconds, megabytes = time.time() - started, peak()
    tests = np.repeat(np.arange(len(test)), np.diff(limits).astype(int))
    pairs = set(zip(positions.tolist(), tests.tolist()))
    told("faiss range_search", pairs, seconds, megabytes)

    exact_train, exact_test = rows_of("train").astype(np.float64), rows_of("test").astype(np.float64)
    gaps = []
    for one, other in ours ^ pairs:
        a, b = exact_train[one], exact_test[other]
        gaps.append(abs(a @ b / np.sqrt((a @ a) * (b @ b)) - threshold))
    farthest = f", at most {max(gaps):.1e} from the threshold in float64" if gaps else ""
    print(f"in both {len(ours & pairs)}, only ours {len(ours - pairs)}, only faiss {len(pairs - ours)}{farthest}")


def by_cleanlab():
    from cleanlab import Datalab

    train, test = rows_of("train"), rows_of("test")
    both = np.concatenate([train, test])
    started = time.time()
    lab = Datalab(data={"id": list(range(len(both)))}, verbosity=0)
    lab.find_issues(features=both, issue_types={"near_duplicate": {}})
    seconds = time.time() - started
    sets = lab.get_issues("near_duplicate")["near_duplicate_sets"]
    split = len(train)
    pairs = set()
    for at, others in enumerate(sets):
        for other in np.asarray(others).tolist():
            if (at < split) != (other < split):
                pairs.add((min(at, other), max(at, other) - split))
    told("cleanlab near_duplicate, its own threshold", pairs, seconds, peak())


{"faiss": by_faiss, "cleanlab": by_cleanlab}[method]()
