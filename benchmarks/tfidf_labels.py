"""Linear models over TF-IDF with hundreds to thousands of labels: what each costs, and how well it does on test.

``python benchmarks/tfidf_labels.py --data DIR [CORPUS ...]``, where DIR holds FRASIMED and FRACCO. Each model is
fitted in a process of its own, whose CPU seconds and peak memory are those of reading, counting n-grams, fitting,
and predicting test.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
import warnings
from typing import Any

CORPORA = ["frasimed_cantemist_norm", "frasimed_distemist_norm", "frasimed_distemist_doc", "fracco_icd_doc"]
MODELS = ["tabib", "one-vs-rest", "saga", "sgd", "linear svm"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", nargs="*", default=CORPORA)
    parser.add_argument("--data", required=True)
    parser.add_argument("--models", nargs="*", default=MODELS)
    parser.add_argument("--seconds", type=int, default=900, help="after which a model has not finished")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one is not None:
        print(json.dumps(measure(arguments.corpora[0], arguments.one, arguments.data)))
        return
    print("| corpus | model | accuracy or micro F1 | macro F1 | nats per label | CPU s | GiB |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for corpus in arguments.corpora:
        for model in arguments.models:
            command = [sys.executable, __file__, corpus, "--data", arguments.data, "--one", model]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=arguments.seconds)
            except subprocess.TimeoutExpired:
                print(f"| {corpus} | {model} | not finished after {arguments.seconds} s | | | | |", flush=True)
                continue
            if done.returncode:
                print(f"| {corpus} | {model} | {done.stderr.strip().splitlines()[-1:]} | | | | |", flush=True)
                continue
            row = json.loads(done.stdout.splitlines()[-1])
            nats = "" if row["nats"] is None else f"{row['nats']:.3f}"
            print(
                f"| {corpus} | {model} | {100 * row['first']:.1f} | {100 * row['macro']:.1f} | {nats} |"
                f" {row['cpu']:.0f} | {row['gib']:.2f} |",
                flush=True,
            )


def measure(name: str, model: str, data: str) -> dict[str, Any]:
    from tabib.config.options import TfidfOptions
    from tabib.core.examples import references, without_gold
    from tabib.data.load import load_corpus, training_labels
    from tabib.models.baselines.tfidf import TfidfClassifier, TfidfMultilabel
    from tabib.tasks.base import Resampling
    from tabib.tasks.load import get_task

    warnings.simplefilter("ignore")  # of solvers that stop before they have converged
    corpus = load_corpus(name, data_dir=data)
    task = corpus.card.task
    kind = TfidfClassifier if task == "classification" else TfidfMultilabel
    learner = kind(training_labels(corpus), TfidfOptions(), task=task)
    if model != "tabib":
        if task != "classification":
            raise SystemExit("of one class per text only")
        learner.fit_linear = lambda features, gold: peer(learner, model, features, gold)  # type: ignore[method-assign]
    learner.fit(corpus.train, corpus.dev)
    predictions = learner.predict(without_gold(corpus.test))
    cpu = time.process_time()
    found = get_task(task).score(references(corpus.test), predictions, corpus.card.labels, Resampling(n=0))
    scores = found.metrics
    first = scores["accuracy" if task == "classification" else "f1_micro"].value
    return {
        "first": first,
        "macro": scores["f1_macro"].value,
        "nats": nats(corpus.test, predictions) if task == "classification" else None,
        "cpu": cpu,
        "gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def peer(learner: Any, model: str, features: Any, gold: Any) -> None:
    """Fit scikit-learn's model, and give the learner its weights: probabilities are the softmax of its scores."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression, SGDClassifier
    from sklearn.svm import LinearSVC

    learner.known = sorted(set(gold))
    features = features.astype(np.float32)
    if model == "one-vs-rest":
        weights = np.zeros((len(learner.known), features.shape[1]), np.float32)
        intercepts = np.zeros(len(learner.known), np.float32)
        for row, label in enumerate(learner.known):
            fitted = LogisticRegression(C=10.0, solver="liblinear", dual=True, max_iter=1000)
            fitted.fit(features, [answer == label for answer in gold])
            weights[row], intercepts[row] = fitted.coef_[0], fitted.intercept_[0]
        learner.coefficients, learner.intercepts = weights, intercepts
        return
    fitted = {
        "saga": LogisticRegression(C=10.0, solver="saga", max_iter=30, random_state=0),
        "sgd": SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=20, random_state=0),
        "linear svm": LinearSVC(C=1.0, random_state=0),
    }[model].fit(features, gold)
    learner.coefficients, learner.intercepts = fitted.coef_, fitted.intercept_


def nats(examples: Any, predictions: Any) -> float:
    """Mean of minus the logarithm of the right label's probability, over examples whose label train has."""
    import numpy as np

    found = [
        prediction.scores[example.gold]
        for example, prediction in zip(examples, predictions, strict=True)
        if example.gold in prediction.scores
    ]
    return float(-np.log(np.maximum(found, 1e-12)).mean())


if __name__ == "__main__":
    main()
