"""The same pipeline in datatrove: clean, near duplicates by MinHash, tokens; one process, seconds of each stage.

    python bench/peers/corpus_datatrove.py TEXT_DIRECTORY TOKENIZER_JSON WORK_DIRECTORY

wants datatrove[io,processing] with tokenizers and nltk's punkt where the filters ask for it. TEXT_DIRECTORY holds .jsonl
files with a key "text". What is compared is time; the rules are datatrove's own of the same names, and what they keep differs
where docs/cleaning.md says so.
"""

import sys
import time
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.filters import C4QualityFilter, GopherQualityFilter, GopherRepetitionFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.tokens import DocumentTokenizer
from datatrove.pipeline.writers import JsonlWriter
from datatrove.utils.hashing import HashConfig


def main():
    text, tokenizer, work = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    config = MinhashConfig(hash_config=HashConfig(precision=64), num_buckets=14, hashes_per_bucket=8)
    stages = [
        ("clean", [
            JsonlReader(text),
            GopherRepetitionFilter(),
            GopherQualityFilter(),
            C4QualityFilter(filter_no_terminal_punct=False),
            JsonlWriter(str(work / "clean")),
        ]),
        ("signatures", [
            JsonlReader(str(work / "clean")),
            MinhashDedupSignature(output_folder=str(work / "signatures"), config=config),
        ]),
        ("buckets", [
            MinhashDedupBuckets(
                input_folder=str(work / "signatures"), output_folder=str(work / "buckets"), config=config),
        ]),
        ("cluster", [
            MinhashDedupCluster(
                input_folder=str(work / "buckets"), output_folder=str(work / "remove"), config=config),
        ]),
        ("filter and encode", [
            JsonlReader(str(work / "clean")),
            MinhashDedupFilter(input_folder=str(work / "remove")),
            DocumentTokenizer(output_folder=str(work / "tokens"), tokenizer_name_or_path=tokenizer),
        ]),
    ]
    size = sum(file.stat().st_size for file in Path(text).glob("**/*.jsonl"))
    total = 0.0
    for name, pipeline in stages:
        tasks = config.num_buckets if name == "buckets" else 1
        begin = time.monotonic()
        LocalPipelineExecutor(pipeline=pipeline, tasks=tasks, workers=1, logging_dir=str(work / "logs" / name)).run()
        seconds = time.monotonic() - begin
        total += seconds
        print(f"{name}: {seconds:.1f} s", flush=True)
    print(f"all: {total:.1f} s, {size / total / 1e6:.2f} MB/s of {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
