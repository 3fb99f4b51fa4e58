"""Peer of `probe.ts`: scikit-learn's logistic regression and k-means, and the probe of the paper in PyTorch.

Reads one JSON request per line from stdin, `{"what"}`; answers with one JSON line, for each way of doing it
`{"seconds", "count", "value"}`.

`python3 probe_peer.py SETTINGS_AS_JSON`
"""

import json
import math
import sys
import time
import warnings

import numpy as np
import sklearn
import torch
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression


def blas():
    """GFLOP/s of a plain product, which tells a real BLAS from a fallback."""
    a = torch.rand(1024, 1024)
    a @ a
    start = time.perf_counter()
    for _ in range(5):
        a @ a
    return 5 * 2 * 1024**3 / (time.perf_counter() - start) / 1e9


def timed(work):
    start = time.perf_counter()
    count, value_of = work()
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "count": count, "value": float(value_of())}


def objective(model, strength, rows, labels):
    weights = model.coef_.astype(np.float64)
    logits = rows.astype(np.float64) @ weights.T + model.intercept_
    top = logits.max(1)
    own = logits[np.arange(len(rows)), labels]
    losses = np.log(np.exp(logits - top[:, None]).sum(1)) + top - own
    return strength * losses.sum() + (weights**2).sum() / 2


def l2(settings, rows, labels):
    strength = float(settings["l2"])

    def fit():
        # Before 1.5 its gradient is that of the sum, not of the mean.
        model = LogisticRegression(
            C=strength,
            multi_class="multinomial",
            solver="lbfgs",
            tol=settings["tolerance"] * len(rows),
            max_iter=int(settings["iterations"]),
        ).fit(rows, labels)
        return int(model.n_iter_[0]), lambda: objective(model, strength, rows, labels)

    return fit


def sgd(settings, rows, labels):
    x, y = torch.from_numpy(rows), torch.from_numpy(labels)
    epochs, batch = int(settings["epochs"]), 512

    def train():
        model = torch.nn.Linear(x.shape[1], settings["classes"])
        optimiser = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
        schedule = torch.optim.lr_scheduler.MultiStepLR(optimiser, [60, 75, 90], gamma=0.2)
        for _ in range(epochs):
            order = torch.randperm(len(x))
            total = 0.0
            for start in range(0, len(x), batch):
                chosen = order[start : start + batch]
                optimiser.zero_grad()
                loss = torch.nn.functional.cross_entropy(model(x[chosen]), y[chosen])
                loss.backward()
                optimiser.step()
                total += loss.item() * len(chosen)
            schedule.step()
        return epochs * math.ceil(len(x) / batch), lambda: total / len(x)

    return train


def k_means(settings, rows):
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def fit():
        model = KMeans(
            settings["classes"], n_init=1, tol=0, max_iter=20, algorithm="lloyd", random_state=0
        ).fit(unit)
        return model.n_iter_, lambda: model.inertia_

    return fit


def main():
    warnings.simplefilter("ignore")
    settings = json.loads(sys.argv[1])
    torch.set_num_threads(settings["threads"])
    described = {
        "torch": torch.__version__,
        "sklearn": sklearn.__version__,
        "threads": torch.get_num_threads(),
        "matmulGflops": round(blas()),
    }
    print(json.dumps(described), flush=True)
    rows = np.fromfile(settings["folder"] + "/rows.f32", dtype=np.float32)
    rows = rows.reshape(-1, settings["dim"])
    labels = np.fromfile(settings["folder"] + "/labels.i32", dtype=np.int32).astype(np.int64)
    for line in sys.stdin:
        what = json.loads(line)["what"]
        if what == "l2":
            ways = {
                "scikit-learn, float64": l2(settings, rows.astype(np.float64), labels),
                "scikit-learn, float32": l2(settings, rows, labels),
            }
        elif what == "sgd":
            ways = {"PyTorch, float32": sgd(settings, rows, labels)}
        else:
            ways = {"scikit-learn, float32": k_means(settings, rows)}
        print(json.dumps({name: timed(work) for name, work in ways.items()}), flush=True)


main()
