#!/usr/bin/python3
"""Compares safetensors with a dump of float32, read anew from the public format.

    /usr/bin/python3 bench/peers/safetensors_read.py --dump DIR EXPORTED      # a Hugging Face directory
    /usr/bin/python3 bench/peers/safetensors_read.py --dump DIR CHECKPOINT    # a checkpoint: its shards' `param`

The dump is DIR.f32 and DIR.json, as safetensors_write.py makes them. Prints the largest absolute difference and the
largest relative to max(|x|, 2^-14), and fails where they are beyond the rounding of the files' type (0 for F32), where a
tensor is missing, and where one is there that the dump has not. Needs Debian's python3-torch and nothing else.
"""
import argparse
import json
import math
import os
import struct
import sys

import torch

DTYPES = {"F32": (torch.float32, 0.0), "F16": (torch.float16, 2.0**-11), "BF16": (torch.bfloat16, 2.0**-8)}


def read(path):
    """(metadata, {name: (dtype, tensor)}) of a file whose every byte belongs to one tensor."""
    with open(path, "rb") as f:
        data = f.read()
    (length,) = struct.unpack_from("<Q", data)
    assert data[8:9] == b"{" and length % 8 == 0, f"{path}: header at {data[8:9]!r}, {length} bytes"
    header = json.loads(data[8 : 8 + length])
    metadata, tensors, at = header.pop("__metadata__", {}), {}, 0
    body = bytearray(data[8 + length :])
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = entry["data_offsets"]
        assert begin == at, f"{path}: {name} begins at {begin}, the one before it ended at {at}"
        dtype, _ = DTYPES[entry["dtype"]]
        assert end - begin == math.prod(entry["shape"]) * torch.empty((), dtype=dtype).element_size(), (path, name)
        tensors[name] = entry["dtype"], torch.frombuffer(body, dtype=dtype, offset=begin, count=math.prod(entry["shape"])).view(entry["shape"])
        at = end
    assert at == len(body), f"{path}: {len(body) - at} bytes belong to no tensor"
    return metadata, tensors


def directory(path):
    """{name: (dtype, tensor)} of a Hugging Face directory, by its index where it has one."""
    with open(os.path.join(path, "config.json")) as f:
        config = json.load(f)
    index = os.path.join(path, "model.safetensors.index.json")
    tensors, files = {}, ["model.safetensors"]
    if os.path.exists(index):
        with open(index) as f:
            content = json.load(f)
        where = content["weight_map"]
        files = sorted(set(where.values()))
    for name in files:
        metadata, found = read(os.path.join(path, name))
        assert metadata == {"format": "pt"}, (name, metadata)
        tensors.update(found)
        if os.path.exists(index):
            assert all(where[tensor] == name for tensor in found), name
    if os.path.exists(index):
        assert set(where) == set(tensors), set(where) ^ set(tensors)
        bytes_of = sum(t.numel() * t.element_size() for _, t in tensors.values())
        assert content["metadata"]["total_size"] == bytes_of, content["metadata"]
    return config["architectures"][0], len(files), tensors


def checkpoint(path):
    """A checkpoint's flat vector."""
    with open(os.path.join(path, "manifest.json")) as f:
        shards = json.load(f)["shards"]
    parts = [read(os.path.join(path, shard["file"]))[1]["param"][1] for shard in shards]
    return torch.cat(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dump", required=True)
    parser.add_argument("path")
    a = parser.parse_args()
    with open(a.dump + ".json") as f:
        index = json.load(f)
    with open(a.dump + ".f32", "rb") as f:
        flat = torch.frombuffer(bytearray(f.read()), dtype=torch.float32)

    if os.path.exists(os.path.join(a.path, "manifest.json")):
        actual = checkpoint(a.path)
        assert actual.shape == flat.shape, (actual.shape, flat.shape)
        pairs, limit, what = [(actual, flat)], 0.0, "checkpoint F32"
    else:
        architecture, files, tensors = directory(a.path)
        names = {entry["name"]: entry for entry in index}
        bare = {name[len("transformer.") :] if name.startswith("transformer.") else name: name for name in tensors}
        assert set(bare) == set(names), set(bare) ^ set(names)
        pairs, kinds = [], set()
        for name, entry in names.items():
            kind, tensor = tensors[bare[name]]
            kinds.add(kind)
            assert list(tensor.shape) == entry["shape"], (name, tensor.shape, entry["shape"])
            pairs.append((tensor.float().flatten(), flat[entry["offset"] : entry["offset"] + tensor.numel()]))
        assert len(kinds) == 1, kinds
        limit, what = DTYPES[kinds.copy().pop()][1], f"{architecture} {kinds.pop()} in {files} file(s)"
    absolute = max((x.double() - y.double()).abs().max().item() for x, y in pairs)
    relative = max(((x.double() - y.double()).abs() / y.double().abs().clamp(min=2.0**-14)).max().item() for x, y in pairs)
    good = relative <= limit
    print(f"{what}: {sum(len(x) for x, _ in pairs)} parameters, largest difference {absolute:.3g}, relative "
          f"{relative:.3g}, allowed {limit:.3g}{'' if good else '  FAILED'}")
    sys.exit(not good)


if __name__ == "__main__":
    main()
