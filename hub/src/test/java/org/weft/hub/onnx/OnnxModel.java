package org.weft.hub.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.weft.core.config.ModelConfig;

/** An exported directory in ONNX Runtime, spoken to as Optimum does. */
final class OnnxModel implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    OnnxModel(Path directory) throws OrtException {
        session = environment.createSession(directory.resolve("model.onnx").toString());
    }

    List<String> inputs() {
        return List.copyOf(session.getInputNames());
    }

    List<String> outputs() {
        return List.copyOf(session.getOutputNames());
    }

    OnnxTensor longs(long[]... rows) throws OrtException {
        LongBuffer all = LongBuffer.allocate(rows.length * rows[0].length);
        Arrays.stream(rows).forEach(all::put);
        return OnnxTensor.createTensor(environment, all.flip(), new long[] {rows.length, rows[0].length});
    }

    /** No keys and values yet. */
    Map<String, OnnxTensor> nothingPast(ModelConfig model, int sequences) throws OrtException {
        long[] shape = {sequences, model.keyValueHeads(), 0, model.headWidth()};
        Map<String, OnnxTensor> past = new HashMap<>();
        for (int block = 0; block < model.layers(); block++) {
            for (String what : List.of("key", "value")) {
                past.put(
                        "past_key_values." + block + "." + what,
                        OnnxTensor.createTensor(environment, FloatBuffer.allocate(0), shape));
            }
        }
        return past;
    }

    OrtSession.Result run(Map<String, OnnxTensor> inputs) throws OrtException {
        return session.run(inputs);
    }

    /** A text that grows token by token, each read once: keys and values go round. */
    final class Text implements AutoCloseable {
        private final ModelConfig model;
        private OrtSession.Result last;
        private int length;

        Text(ModelConfig model) {
            this.model = model;
        }

        /** Logits of the token that follows. (V) */
        float[] read(int... tokens) throws OrtException {
            Map<String, OnnxTensor> inputs = last == null ? nothingPast(model, 1) : new HashMap<>();
            for (int block = 0; block < model.layers() && last != null; block++) {
                for (String what : List.of("key", "value")) {
                    String name = "present." + block + "." + what;
                    inputs.put("past_key_values." + block + "." + what, (OnnxTensor)
                            last.get(name).orElseThrow());
                }
            }
            long[] mask = new long[length + tokens.length];
            Arrays.fill(mask, 1);
            inputs.put("input_ids", longs(Arrays.stream(tokens).asLongStream().toArray()));
            inputs.put("attention_mask", longs(mask));
            if (inputs().contains("position_ids")) {
                inputs.put(
                        "position_ids",
                        longs(IntStream.range(length, mask.length)
                                .asLongStream()
                                .toArray()));
            }
            OrtSession.Result next = session.run(inputs);
            if (last != null) {
                last.close();
            }
            last = next;
            length += tokens.length;
            float[][][] logits = (float[][][]) next.get("logits").orElseThrow().getValue(); // (1, T, V)
            return logits[0][tokens.length - 1];
        }

        @Override
        public void close() {
            last.close();
        }
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
