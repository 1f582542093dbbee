#!/usr/bin/env python3
"""Writes a shallower model: some blocks of a BERT in a Hugging Face directory, and everything beside them. Needs Python alone.

    student_directory.py DIRECTORY TO BLOCK...       BLOCK is a number from 0, as in  base small 0 5
"""
import json
import pathlib
import re
import shutil
import struct
import sys


def main(source, target, *blocks):
    source, target = pathlib.Path(source), pathlib.Path(target)
    target.mkdir(parents=True, exist_ok=True)
    place = {int(block): at for at, block in enumerate(blocks)}
    content = (source / "model.safetensors").read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8:8 + length])
    kept, parts, end = {}, [], 0
    for name, tensor in header.items():
        if name == "__metadata__":
            continue
        block = re.search(r"(?<=encoder\.layer\.)\d+", name)
        if block and int(block[0]) not in place:
            continue
        if block:
            name = name[:block.start()] + str(place[int(block[0])]) + name[block.end():]
        begin, stop = (8 + length + offset for offset in tensor["data_offsets"])
        parts.append(content[begin:stop])
        kept[name] = {**tensor, "data_offsets": [end, end + stop - begin]}
        end += stop - begin
    text = json.dumps(kept).encode()
    text += b" " * (-len(text) % 8)
    (target / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    config["num_hidden_layers"] = len(place)
    (target / "config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
