#!/usr/bin/env python3
"""Near duplicates by text-dedup or datatrove, one process, beside Weft: bench/dedup.sh.

    python dedup.py text-dedup|datatrove DIRECTORY

DIRECTORY has documents.jsonl (id, text). Writes NAME.tsv there, a document and its cluster a line, and prints the
seconds from the first document read to the clusters, without the start of Python and its imports. Needs text-dedup 0.4.0,
or datatrove[processing] 0.10.1 with spacy and xxhash. Both with word 5-grams and 128 hashes at most: text-dedup with the bands that it chooses for 0.8,
datatrove with its published 14 bands of 8 rows.
"""

import json
import os
import pickle
import shutil
import sys
import time

NGRAM = 5
PERMUTATIONS = 128


def write(directory, name, clusters):
    with open(os.path.join(directory, name + ".tsv"), "w") as out:
        for document in sorted(clusters):
            out.write(f"{document}\t{clusters[document]}\n")


def text_dedup(directory):
    os.environ["HF_DATASETS_OFFLINE"] = "1"
    from text_dedup import minhash

    work = os.path.join(directory, "text-dedup.work")
    shutil.rmtree(work, ignore_errors=True)
    begin = time.perf_counter()
    minhash.main(
        args=[
            "--path", "json", "--data_files", os.path.join(directory, "documents.jsonl"), "--split", "train",
            "--cache_dir", os.path.join(work, "cache"), "--output", os.path.join(work, "output"),
            "--column", "text", "--idx_column", "id", "--batch_size", "10000", "--num_proc", "1",
            "--ngram", str(NGRAM), "--min_length", "1", "--num_perm", str(PERMUTATIONS), "--threshold", "0.8",
            "--hash_func", "xxh3", "--debug",
        ],
        standalone_mode=False,
    )  # fmt: skip
    seconds = time.perf_counter() - begin
    with open(os.path.join(work, "output", "uf.pkl"), "rb") as file:
        union = pickle.load(file)
    write(directory, "text-dedup", {document: union.find(document) for document in union.parent})
    shutil.rmtree(work)
    return seconds


def datatrove(directory):
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.utils.hashing import HashConfig
    from datatrove.pipeline.writers import JsonlWriter

    work = os.path.join(directory, "datatrove.work")
    shutil.rmtree(work, ignore_errors=True)
    config = MinhashConfig(n_grams=NGRAM, num_buckets=14, hashes_per_bucket=8, hash_config=HashConfig(precision=64))
    reader = JsonlReader(directory, glob_pattern="documents.jsonl", id_key="id")
    kept = JsonlWriter(os.path.join(work, "kept"), compression=None)
    steps = [
        ([reader, MinhashDedupSignature(os.path.join(work, "signatures"), config=config)], 1),
        ([MinhashDedupBuckets(os.path.join(work, "signatures"), os.path.join(work, "buckets"), config=config)], 14),
        (
            [
                MinhashDedupCluster(
                    os.path.join(work, "buckets"), os.path.join(work, "clusters"), config=config, save_cluster_id=True
                )
            ],
            1,
        ),
        (
            [
                reader,
                MinhashDedupFilter(
                    os.path.join(work, "clusters"),
                    exclusion_writer=JsonlWriter(os.path.join(work, "dropped"), compression=None),
                    load_cluster_ids=True,
                ),
                kept,
            ],
            1,
        ),
    ]
    begin = time.perf_counter()
    for number, (pipeline, tasks) in enumerate(steps):
        LocalPipelineExecutor(
            pipeline=pipeline, tasks=tasks, workers=1, logging_dir=os.path.join(work, "logs", str(number))
        ).run()
    seconds = time.perf_counter() - begin
    clusters = {}
    for side in ("kept", "dropped"):
        folder = os.path.join(work, side)
        for file in os.listdir(folder) if os.path.isdir(folder) else []:
            with open(os.path.join(folder, file)) as lines:
                for line in lines:
                    row = json.loads(line)
                    cluster = row["metadata"].get("minhash_cluster_id", -1)
                    document = int(row.get("id", 0))  # a 0 is not written
                    clusters[document] = cluster if cluster >= 0 else -1 - document
    write(directory, "datatrove", clusters)
    shutil.rmtree(work)
    return seconds


if __name__ == "__main__":
    tool, where = sys.argv[1], sys.argv[2]
    took = {"text-dedup": text_dedup, "datatrove": datatrove}[tool](where)
    print(f"{tool}: {took:.2f} s")
