package org.weft.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** A Hugging Face directory made by hand, tensor by tensor, so that a test can make any of it wrong. */
public final class ForeignDirectory {
    private static final ObjectMapper JSON = new ObjectMapper();

    static final String GPT2 = """
            {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "vocab_size": 11, "n_layer": 1, "n_embd": 4,
             "n_head": 2, "n_positions": 6, "resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}""";

    static final String LLAMA = """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 11, "num_hidden_layers": 1,
             "hidden_size": 8, "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 12,
             "max_position_embeddings": 6, "rms_norm_eps": 1e-5, "tie_word_embeddings": true}""";

    static final String BERT = """
            {"architectures": ["BertModel"], "model_type": "bert", "vocab_size": 11, "num_hidden_layers": 1,
             "hidden_size": 4, "num_attention_heads": 2, "intermediate_size": 8, "max_position_embeddings": 6}""";

    private final Path path;
    private final ObjectNode config;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    private record Tensor(String dtype, List<Long> shape, byte[] bytes) {}

    ForeignDirectory(Path path, String config) throws IOException {
        this.path = Files.createDirectories(path);
        this.config = (ObjectNode) JSON.readTree(config);
    }

    /** GPT-2 of one block, as the first releases wrote it: no prefix, masks and a copy of the head among the tensors. */
    public static ForeignDirectory gpt2(Path path) throws IOException {
        ForeignDirectory made = new ForeignDirectory(path, GPT2);
        made.put("wte.weight", 11, 4).put("wpe.weight", 6, 4).copy("wte.weight", "lm_head.weight");
        made.put("h.0.attn.bias", 1, 1, 6, 6).put("h.0.attn.masked_bias");
        made.norm("h.0.ln_1").put("h.0.attn.c_attn.weight", 4, 12).put("h.0.attn.c_attn.bias", 12);
        made.put("h.0.attn.c_proj.weight", 4, 4).put("h.0.attn.c_proj.bias", 4).norm("h.0.ln_2");
        made.put("h.0.mlp.c_fc.weight", 4, 16).put("h.0.mlp.c_fc.bias", 16);
        return made.put("h.0.mlp.c_proj.weight", 16, 4)
                .put("h.0.mlp.c_proj.bias", 4)
                .norm("ln_f");
    }

    /** The same for Llama, with a tied head. */
    static ForeignDirectory llama(Path path) throws IOException {
        ForeignDirectory made = new ForeignDirectory(path, LLAMA);
        made.put("model.embed_tokens.weight", 11, 8)
                .copy("model.embed_tokens.weight", "lm_head.weight")
                .put("model.norm.weight", 8);
        String block = "model.layers.0.";
        made.put(block + "input_layernorm.weight", 8).put(block + "post_attention_layernorm.weight", 8);
        made.put(block + "self_attn.q_proj.weight", 8, 8).put(block + "self_attn.k_proj.weight", 4, 8);
        made.put(block + "self_attn.v_proj.weight", 4, 8).put(block + "self_attn.o_proj.weight", 8, 8);
        made.put(block + "mlp.gate_proj.weight", 12, 8).put(block + "mlp.up_proj.weight", 12, 8);
        return made.put(block + "mlp.down_proj.weight", 8, 12).put(block + "self_attn.rotary_emb.inv_freq", 1);
    }

    /** A bare encoder with a pooler, its norms called by their old names. */
    public static ForeignDirectory bert(Path path) throws IOException {
        ForeignDirectory made = new ForeignDirectory(path, BERT);
        made.put("embeddings.word_embeddings.weight", 11, 4).put("embeddings.position_embeddings.weight", 6, 4);
        made.put("embeddings.token_type_embeddings.weight", 2, 4).put("embeddings.LayerNorm.gamma", 4);
        made.put("embeddings.LayerNorm.beta", 4).put("embeddings.position_ids", 1, 6);
        String block = "encoder.layer.0.";
        for (String linear : new String[] {"self.query", "self.key", "self.value", "output.dense"}) {
            made.put(block + "attention." + linear + ".weight", 4, 4).put(block + "attention." + linear + ".bias", 4);
        }
        made.put(block + "attention.output.LayerNorm.gamma", 4).put(block + "attention.output.LayerNorm.beta", 4);
        made.put(block + "intermediate.dense.weight", 8, 4).put(block + "intermediate.dense.bias", 8);
        made.put(block + "output.dense.weight", 4, 8).put(block + "output.dense.bias", 4);
        made.put(block + "output.LayerNorm.gamma", 4).put(block + "output.LayerNorm.beta", 4);
        return made.put("pooler.dense.weight", 4, 4).put("pooler.dense.bias", 4);
    }

    private ForeignDirectory norm(String name) {
        return put(name + ".weight", 4).put(name + ".bias", 4);
    }

    /** A float32 tensor whose elements are unlike those of any other. */
    ForeignDirectory put(String name, long... shape) {
        int elements = (int) LongStream.of(shape).reduce(1, Math::multiplyExact);
        ByteBuffer bytes = ByteBuffer.allocate(elements * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            bytes.putFloat(value(name, i));
        }
        return put(name, "F32", bytes.array(), shape);
    }

    static float value(String name, int index) {
        return (name.hashCode() % 1000) / 1024f + index / 4096f;
    }

    ForeignDirectory put(String name, String dtype, byte[] bytes, long... shape) {
        tensors.put(name, new Tensor(dtype, LongStream.of(shape).boxed().toList(), bytes));
        return this;
    }

    /** The same numbers under another name. */
    ForeignDirectory copy(String of, String name) {
        Tensor tensor = tensors.get(of);
        tensors.put(name, new Tensor(tensor.dtype, tensor.shape, tensor.bytes.clone()));
        return this;
    }

    /** Puts something before every name. */
    ForeignDirectory wrapped(String prefix) {
        Map<String, Tensor> bare = new LinkedHashMap<>(tensors);
        tensors.clear();
        bare.forEach((name, tensor) -> tensors.put(prefix + name, tensor));
        return this;
    }

    /** Sets one element of a float32 tensor. */
    ForeignDirectory set(String name, int index, float value) {
        ByteBuffer.wrap(tensors.get(name).bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(index * Float.BYTES, value);
        return this;
    }

    ForeignDirectory remove(String name) {
        tensors.remove(name);
        return this;
    }

    /** Sets a key of config.json; the value is JSON. */
    ForeignDirectory config(String key, String value) throws IOException {
        config.set(key, JSON.readTree(value));
        return this;
    }

    public ForeignDirectory file(String name, String content) throws IOException {
        Files.writeString(path.resolve(name), content);
        return this;
    }

    Path path() {
        return path;
    }

    public String uri() {
        return "file://" + path.toAbsolutePath();
    }

    JsonNode configNode() {
        return config;
    }

    /** Writes config.json and one file of tensors. */
    public ForeignDirectory write() throws IOException {
        Files.writeString(path.resolve("config.json"), config.toString());
        write("model.safetensors", tensors);
        return this;
    }

    /** Writes config.json, an index, and every second tensor to each of two files. */
    ForeignDirectory writeSharded() throws IOException {
        Files.writeString(path.resolve("config.json"), config.toString());
        List<Map<String, Tensor>> parts = List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
        ObjectNode index = JSON.createObjectNode();
        ObjectNode map = index.putObject("weight_map");
        int at = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            int part = at++ % 2;
            parts.get(part).put(entry.getKey(), entry.getValue());
            map.put(entry.getKey(), part(part));
        }
        for (int part = 0; part < 2; part++) {
            write(part(part), parts.get(part));
        }
        Files.writeString(path.resolve("model.safetensors.index.json"), index.toString());
        return this;
    }

    static String part(int part) {
        return "model-0000" + (part + 1) + "-of-00002.safetensors";
    }

    private void write(String name, Map<String, Tensor> content) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        header.putObject("__metadata__").put("format", "pt");
        long at = 0;
        for (Map.Entry<String, Tensor> entry : content.entrySet()) {
            Tensor tensor = entry.getValue();
            ObjectNode node = header.putObject(entry.getKey()).put("dtype", tensor.dtype);
            node.putArray("shape");
            tensor.shape.forEach(node.withArray("shape")::add);
            node.putArray("data_offsets").add(at).add(at += tensor.bytes.length);
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        try (OutputStream out = Files.newOutputStream(path.resolve(name))) {
            out.write(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .array());
            out.write(json);
            for (Tensor tensor : content.values()) {
                out.write(tensor.bytes);
            }
        }
    }
}
