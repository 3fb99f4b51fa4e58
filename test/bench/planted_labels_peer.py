"""Peer of `planted-labels.ts`: `python3 planted_labels_peer.py VECTORS.npy LABELS.npy K,K,K`, label issues by cleanlab.

Probabilities are out of sample: of the nearest neighbours of a row without itself, and of logistic regression of standardised
rows in five folds. Prints for each method `flags` and `scores` (higher is more suspicious) and its time.
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
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def issues(labels, probabilities):
    flags = find_label_issues(labels, probabilities, n_jobs=1)
    rules = ("self_confidence", "normalized_margin")
    return flags, {rule: get_label_quality_scores(labels, probabilities, method=rule) for rule in rules}


def neighbours(rows, labels, k):
    found = NearestNeighbors(n_neighbors=k, metric="cosine").fit(rows).kneighbors(return_distance=False)
    return issues(labels, np.eye(int(labels.max()) + 1)[labels[found]].mean(axis=1))


def regression(rows, labels):
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=200))
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return issues(labels, cross_val_predict(model, rows, labels, cv=folds, method="predict_proba"))


def datalab(rows, labels, k):
    # Of a graph of neighbours alone it finds no label issues: it wants the features, and searches them itself.
    lab = Datalab({"label": labels}, label_name="label", verbosity=0)
    lab.find_issues(features=rows, issue_types={"label": {"k": k}})
    found = lab.get_issues("label")
    return found["is_label_issue"].to_numpy(), {"label_score": found["label_score"].to_numpy()}


def main():
    vectors, given, counts = sys.argv[1:]
    rows, labels = np.load(vectors), np.load(given).astype(np.int64)
    methods = [("cleanlab, logistic regression", lambda: regression(rows, labels))]
    for k in map(int, counts.split(",")):
        methods.append((f"cleanlab, {k} neighbours", lambda k=k: neighbours(rows, labels, k)))
        methods.append((f"Datalab, {k} neighbours", lambda k=k: datalab(rows, labels, k)))
    for name, method in methods:
        start = time.perf_counter()
        with contextlib.redirect_stdout(sys.stderr):
            flags, scores = method()
        seconds = time.perf_counter() - start
        flags = np.asarray(flags, dtype=bool).tolist()
        for rule, score in scores.items():
            answer = {"flags": flags, "scores": (-score).tolist()}
            print(json.dumps({"name": f"{name}: {rule}", "seconds": seconds, **answer}), flush=True)


main()
