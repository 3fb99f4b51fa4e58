"""Planted label errors among well separated classes: `python3 test/bench/planted_digits.py SINCERE.cjs WORK [SEEDS]`.

The 1,797 digits of scikit-learn as 64 pixels less their mean, 5 % under another class: any (`uniform`), or the one that resembles
theirs (`alike`). Prints precision and recall of the flags of `suspects` and of cleanlab on the same 10 neighbours, and the average
precision of the rank, of the margin and of self-confidence (ties by loss), means over the seeds.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
from cleanlab.filter import find_label_issues
from sklearn.datasets import load_digits
from sklearn.metrics import average_precision_score
from sklearn.neighbors import NearestNeighbors

ALIKE = {3: 8, 8: 3, 4: 9, 9: 4, 1: 7, 7: 1, 5: 6, 6: 5}


def planted(labels, noise, seed):
    random = np.random.default_rng(seed)
    able = np.flatnonzero([noise == "uniform" or label in ALIKE for label in labels])
    wrong = random.permutation(able)[: round(0.05 * len(able))]
    given = labels.copy()
    for row in wrong:
        given[row] = (labels[row] + 1 + random.integers(9)) % 10 if noise == "uniform" else ALIKE[labels[row]]
    return given, given != labels


def ours(sincere, folder, rows, labels):
    folder.mkdir(parents=True, exist_ok=True)
    vectors = pa.FixedSizeListArray.from_arrays(rows.ravel(), rows.shape[1])
    ids = [str(row) for row in range(len(rows))]
    table = pa.table({"id": ids, "label": [f"digit {one}" for one in labels], "vector": vectors})
    with pa.ipc.new_file(folder / "digits.arrow", table.schema) as file:
        file.write_table(table)
    command = ["node", sincere, "suspects", folder / "digits.arrow", "--out", folder / "out"]
    subprocess.run(command, check=True, capture_output=True)
    return pa.ipc.open_file(folder / "out" / "suspects.arrow").read_all().to_pandas()


def measured(sincere, folder, rows, labels, faults):
    found = ours(sincere, folder, rows, labels)
    fault = faults[found["id"].astype(int)]
    place = found["loss"].rank() * 1e-12
    orders = {"rank": -found["rank"], "margin": place - found["knn_margin"], "self-confidence": place - found["knn_self_confidence"]}
    near = NearestNeighbors(n_neighbors=10, metric="cosine").fit(rows).kneighbors(return_distance=False)
    theirs = find_label_issues(labels, np.eye(10)[labels[near]].mean(axis=1), n_jobs=1)
    flag = found["suspect"].to_numpy() == 1
    shares = [fault[flag].mean(), fault[flag].sum() / faults.sum(), faults[theirs].mean(), faults[theirs].sum() / faults.sum()]
    names = ["precision", "recall", "cleanlab's precision", "cleanlab's recall"]
    return dict(zip(names, shares)) | {name: average_precision_score(fault, score) for name, score in orders.items()}


def main():
    sincere, work, seeds = sys.argv[1], Path(sys.argv[2]), int((sys.argv[3:] or [4])[0])
    pixels, labels = load_digits(return_X_y=True)
    rows = (pixels - pixels.mean(axis=0)).astype(np.float32)
    for noise in ("uniform", "alike"):
        runs = []
        for seed in range(seeds):
            given, faults = planted(labels, noise, seed)
            runs.append(measured(sincere, work / f"{noise}-{seed}", rows, given, faults))
        means = {name: round(float(np.mean([run[name] for run in runs])), 3) for name in runs[0]}
        print(json.dumps({"noise": noise} | means), flush=True)


main()
