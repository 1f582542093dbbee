"""TF-IDF and logistic regression on the files of an example of text classes: accuracy with a bootstrap interval, F1 macro.

    ./weft example news-20 --data-to file:///tmp/news-20
    python bench/peers/text_classes.py /tmp/news-20               # words and pairs of words
    python bench/peers/text_classes.py /tmp/news-20 char          # characters, pairs and triples of them
"""
import json
import sys
import time

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score


def rows(name):
    with open(f"{sys.argv[1]}/{name}.jsonl", encoding="utf-8") as lines:
        parsed = [json.loads(line) for line in lines]
    return [row["text"] for row in parsed], [row["label"] for row in parsed]


(train, labels), (test, right) = rows("train"), rows("test")
begin = time.time()
characters = sys.argv[2:] == ["char"]
words = TfidfVectorizer(
    analyzer="char" if characters else "word", sublinear_tf=True, ngram_range=(1, 3 if characters else 2), min_df=2)
model = LogisticRegression(C=10, max_iter=200).fit(words.fit_transform(train).astype(numpy.float32), labels)
said = model.predict(words.transform(test))
hits = (said == numpy.array(right)).astype(float)
draws = numpy.random.default_rng(0).integers(0, len(hits), (1000, len(hits)))
low, high = numpy.quantile(hits[draws].mean(axis=1), [0.025, 0.975])
print(f"{len(train)} rows of training, {len(test)} of test")
print(f"accuracy {hits.mean():.4f} ({low:.4f} to {high:.4f}), f1_macro {f1_score(right, said, average='macro'):.4f}")
print(f"{model.n_iter_[0]} iterations, {time.time() - begin:.0f} s")
