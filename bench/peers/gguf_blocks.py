"""What ggml makes of numbers: hub/src/test/resources/gguf_blocks_golden.jsonl, by the package gguf (pip install gguf).

    python bench/peers/gguf_blocks.py >hub/src/test/resources/gguf_blocks_golden.jsonl
"""

import json

import numpy as np
from gguf import GGMLQuantizationType
from gguf.quants import quantize


def cases():
    random = np.random.default_rng(7)
    yield random.normal(0, 0.02, 64)
    yield random.normal(0, 3, 64)
    yield np.zeros(32)
    yield np.full(32, 0.1)
    yield np.linspace(-1, 1, 32)
    yield np.where(np.arange(32) % 2 == 0, 8.0, -8.0)  # equal magnitudes
    yield np.arange(-16, 16) / 127.0 * 0.5  # halves between whole numbers
    yield np.concatenate([[127.0], np.arange(31) + 0.5])  # the same for a scale of 1
    yield np.concatenate([[-8.0], np.arange(31) / 4.0 - 4])
    yield np.array([1e-8, -1e-8] * 16)  # scales that float16 rounds away


for numbers in cases():
    row = numbers.astype("<f4")
    for name in ("F16", "Q8_0", "Q4_0"):
        stored = quantize(row.reshape(1, -1), GGMLQuantizationType[name])
        print(json.dumps({"type": name, "numbers": row.tobytes().hex(), "bytes": stored.tobytes().hex()}))
