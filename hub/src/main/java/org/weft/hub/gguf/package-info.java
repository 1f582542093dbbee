/**
 * Models as llama.cpp reads them: one file in its container, GGUF, version 3 (<a
 * href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">its description</a>), with the tokenizer and the chat template
 * inside. A {@link org.weft.hub.gguf.GgufFamily} says what a family's settings and tensors are called there and which of its rows
 * stand elsewhere, {@link org.weft.hub.gguf.GgufTokenizer} what its tokenizer becomes, {@link org.weft.hub.gguf.GgufType} how
 * numbers are stored, {@link org.weft.hub.gguf.GgufFormat} how the file is laid out, and {@link org.weft.hub.gguf.GgufExport}
 * writes it. What llama.cpp would compute otherwise than Weft is refused by name.
 */
package org.weft.hub.gguf;
