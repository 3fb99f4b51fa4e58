"""Peer of `planted-labels.ts`: `python3 planted_labels_peer.py VECTORS.npy LABELS.npy K`, label issues by cleanlab.

Probabilities are out of sample: of the nearest neighbours of a row without itself, and of logistic regression in five folds.
Prints for each method `flags` and `order` (positions, most suspicious first) and its time.
"""

import contextlib
import json
import sys
import time

import numpy as np
from cleanlab import Datalab
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.neighbors import NearestNeighbors


def knn_probabilities(rows, labels, classes, k):
    found = NearestNeighbors(n_neighbors=k, metric="cosine").fit(rows).kneighbors(return_distance=False)
    return np.eye(classes)[labels[found]].mean(axis=1)


def issues(labels, probabilities):
    flags = find_label_issues(labels, probabilities, n_jobs=1)
    return flags, get_label_quality_scores(labels, probabilities, method="normalized_margin")


def datalab(rows, labels, k):
    graph = NearestNeighbors(n_neighbors=k, metric="cosine").fit(rows).kneighbors_graph(mode="distance")
    lab = Datalab({"label": labels}, label_name="label", verbosity=0)
    lab.find_issues(knn_graph=graph, issue_types={"label": {"k": k}})
    found = lab.get_issues("label")
    return found["is_label_issue"].to_numpy(), found["label_score"].to_numpy()


def main():
    vectors, given, count = sys.argv[1:]
    rows, labels, k = np.load(vectors), np.load(given), int(count)
    classes = int(labels.max()) + 1

    def regression():
        model = LogisticRegression(max_iter=200)
        return issues(labels, cross_val_predict(model, rows, labels, cv=5, method="predict_proba"))

    methods = {
        "cleanlab, k-NN": lambda: issues(labels, knn_probabilities(rows, labels, classes, k)),
        "cleanlab, logistic regression": regression,
        "Datalab, knn_graph": lambda: datalab(rows, labels, k),
    }
    answers = []
    for name, method in methods.items():
        start = time.perf_counter()
        with contextlib.redirect_stdout(sys.stderr):
            flags, scores = method()
        seconds = time.perf_counter() - start
        order = np.argsort(scores, kind="stable").tolist()
        answers.append({"name": name, "seconds": seconds, "flags": np.flatnonzero(flags).tolist(), "order": order})
    print(json.dumps(answers))


main()
