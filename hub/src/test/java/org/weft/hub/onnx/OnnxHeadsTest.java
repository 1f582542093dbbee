package org.weft.hub.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.batches.Batch;
import org.weft.core.batches.Targets;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Adaptation;
import org.weft.core.model.ModelShape;
import org.weft.core.model.TaskHead;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;
import org.weft.hub.ExportRecord;
import org.weft.hub.TinyModels;

/** Encoders and tasks' heads in ONNX Runtime say what they say in Weft, of texts of several lengths side by side. */
class OnnxHeadsTest {
    private static final int CONTEXT = 8;
    private static final int[] LENGTHS = {8, 5};
    /** Where the second segments begin, in models that tell them apart. */
    private static final int[] SECONDS = {3, 2};

    private static final String LLAMA =
            "{architecture: llama, layers: 2, width: 16, heads: 4, kv_heads: 2, context: 8}";

    @TempDir
    Path temporary;

    private final Store store = HadoopStore.local();

    @ParameterizedTest
    @ValueSource(
            strings = {
                TinyModels.BERT,
                TinyModels.BERT_PAIRS,
                TinyModels.ROBERTA,
                TinyModels.XLM_ROBERTA,
                TinyModels.DISTILBERT,
                TinyModels.MODERNBERT
            })
    void masksAreFilledAlike(String model) throws IOException, OrtException {
        Checkpoint checkpoint = TinyModels.checkpoint(store, uri("run"), model);
        for (OnnxType type : OnnxType.values()) {
            export(checkpoint, type);
            try (ModelReplica replica = ReplicaLoader.open(store, checkpoint, ReplicaOptions.cpu(1));
                    OnnxModel onnx = new OnnxModel(temporary.resolve("out"));
                    OrtSession.Result result = onnx.run(inputs(onnx, LENGTHS))) {
                float[][][] theirs =
                        (float[][][]) result.get("logits").orElseThrow().getValue(); // (B, T, V)
                for (int b = 0; b < LENGTHS.length; b++) {
                    int[] tokens = Arrays.copyOfRange(ids(), b * CONTEXT, b * CONTEXT + LENGTHS[b]);
                    for (int position = 0; position < LENGTHS[b]; position++) {
                        float[] ours = replica.logits(tokens, position)[0];
                        if (type == OnnxType.F32) {
                            OnnxDecodersTest.assertNear(theirs[b][position], ours, "logits at " + position);
                        } else {
                            assertThat(OnnxDecodersTest.cosine(theirs[b][position], ours))
                                    .isGreaterThan(0.99);
                        }
                    }
                }
            }
            store.delete(uri("out"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "classification, labels: [a, b, c] |" + TinyModels.BERT,
                "classification, labels: [a, b, c], pooling: mean |" + TinyModels.BERT,
                "classification, labels: [a, b, c] |" + TinyModels.ROBERTA,
                "multilabel, labels: [a, b] |" + TinyModels.DISTILBERT,
                "regression |" + TinyModels.BERT,
                "classification, labels: [a, b, c] |" + TinyModels.MODERNBERT,
                "classification, labels: [a, b, c], pooling: mean |" + TinyModels.MODERNBERT,
                "classification, labels: [a, b, c] |" + TinyModels.GPT2,
                "classification, labels: [a, b, c] |" + LLAMA
            })
    void sequencesAreJudgedAlike(String task, String model) throws IOException, OrtException {
        Checkpoint checkpoint = tuned(task, model);
        export(checkpoint, OnnxType.F32);
        try (ModelReplica replica = ReplicaLoader.open(store, checkpoint, ReplicaOptions.cpu(1));
                OnnxModel onnx = new OnnxModel(temporary.resolve("out"));
                OrtSession.Result result = onnx.run(inputs(onnx, seconds(onnx)))) {
            float[][] theirs = (float[][]) result.get("logits").orElseThrow().getValue(); // (B, K)
            float[][] ours = replica.outputs(batch(seconds(onnx)));
            for (int b = 0; b < LENGTHS.length; b++) {
                OnnxDecodersTest.assertNear(theirs[b], ours[b], "sequence " + b);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {TinyModels.BERT, TinyModels.DISTILBERT, TinyModels.MODERNBERT, LLAMA})
    void tokensAndSpansAreJudgedAlike(String model) throws IOException, OrtException {
        for (String task : List.of("tokens, labels: [O, B-x, I-x]", "qa")) {
            Checkpoint checkpoint = tuned(task, model);
            export(checkpoint, OnnxType.F32);
            try (ModelReplica replica = ReplicaLoader.open(store, checkpoint, ReplicaOptions.cpu(1));
                    OnnxModel onnx = new OnnxModel(temporary.resolve("out"));
                    OrtSession.Result result = onnx.run(inputs(onnx, seconds(onnx)))) {
                float[][] ours = replica.outputs(batch(seconds(onnx))); // (B T, K)
                for (int b = 0; b < LENGTHS.length; b++) {
                    for (int position = 0; position < LENGTHS[b]; position++) {
                        OnnxDecodersTest.assertNear(
                                outputs(result, b, position), ours[b * CONTEXT + position], task + " at " + position);
                    }
                }
            }
            store.delete(uri("out"));
            store.delete(uri("run"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {TinyModels.GPT2, LLAMA})
    void tunedDecodersCountPositionsThemselves(String model) throws IOException, OrtException {
        Checkpoint checkpoint = tuned("classification, labels: [a, b, c]", model);
        export(checkpoint, OnnxType.F32);
        try (ModelReplica replica = ReplicaLoader.open(store, checkpoint, ReplicaOptions.cpu(1));
                OnnxModel onnx = new OnnxModel(temporary.resolve("out"))) {
            assertThat(onnx.inputs()).containsExactly("input_ids", "attention_mask");
            long[] tokens = new long[CONTEXT]; // the shorter text, filled up before its beginning
            long[] mask = new long[CONTEXT];
            for (int t = 0; t < LENGTHS[1]; t++) {
                tokens[CONTEXT - LENGTHS[1] + t] = ids()[CONTEXT + t];
                mask[CONTEXT - LENGTHS[1] + t] = 1;
            }
            try (OrtSession.Result result =
                    onnx.run(Map.of("input_ids", onnx.longs(tokens), "attention_mask", onnx.longs(mask)))) {
                float[][] theirs =
                        (float[][]) result.get("logits").orElseThrow().getValue(); // (1, K)
                OnnxDecodersTest.assertNear(theirs[0], replica.outputs(batch(seconds(onnx)))[1], "logits");
            }
        }
    }

    @Test
    void numbersThatAreNoneAreNotWritten() throws IOException {
        for (OnnxType type : OnnxType.values()) {
            Checkpoint checkpoint = TinyModels.checkpointWith(
                    store, uri("run" + type.word()), LLAMA, "model.layers.1.mlp.down_proj.weight", 5, Float.NaN);
            assertThatThrownBy(() -> export(checkpoint, type))
                    .isInstanceOf(WeftException.class)
                    .hasMessage("tensor model.layers.1.mlp.down_proj.weight has a number that is not finite: index=5"
                            + " value=NaN");
            assertThat(temporary.resolve("out")).doesNotExist();
        }
    }

    /** Of a token: classes, or beginning and end. (K) */
    private static float[] outputs(OrtSession.Result result, int sequence, int position) throws OrtException {
        if (result.get("logits").isPresent()) {
            return ((float[][][]) result.get("logits").get().getValue())[sequence][position];
        }
        float[] ends = new float[2];
        List<String> names = List.of("start_logits", "end_logits");
        for (int i = 0; i < ends.length; i++) {
            ends[i] = ((float[][]) result.get(names.get(i)).orElseThrow().getValue())[sequence][position];
        }
        return ends;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"MEAN |" + TinyModels.BERT, "FIRST |" + TinyModels.ROBERTA, "LAST |" + LLAMA})
    void textsBecomeTheSameVectors(TaskHead.Pooling pooling, String model) throws IOException, OrtException {
        String task = "embedding, pooling: " + pooling.name().toLowerCase(Locale.ROOT);
        Checkpoint checkpoint = tuned(task, model);
        export(checkpoint, OnnxType.F32);
        try (ModelReplica replica = ReplicaLoader.open(store, checkpoint, ReplicaOptions.cpu(1));
                OnnxModel onnx = new OnnxModel(temporary.resolve("out"));
                OrtSession.Result result = onnx.run(inputs(onnx, seconds(onnx)))) {
            assertThat(onnx.outputs()).containsExactly("last_hidden_state", "sentence_embedding");
            float[][] theirs =
                    (float[][]) result.get("sentence_embedding").orElseThrow().getValue(); // (B, D)
            float[][] ours = replica.pooled(batch(seconds(onnx)), pooling);
            for (int b = 0; b < LENGTHS.length; b++) {
                float[] one = new float[ours[b].length];
                double length = 0;
                for (float x : ours[b]) {
                    length += (double) x * x;
                }
                for (int i = 0; i < one.length; i++) {
                    one[i] = (float) (ours[b][i] / Math.sqrt(length));
                }
                OnnxDecodersTest.assertNear(theirs[b], one, "vector " + b);
            }
        }
    }

    @Test
    void theRecordSaysWhatWasWritten() throws IOException {
        Checkpoint checkpoint = TinyModels.checkpoint(store, uri("run"), TinyModels.BERT);
        assertThat(export(checkpoint, OnnxType.INT8)).containsExactly("model.onnx", "model.onnx_data");
        ExportRecord record = ExportRecord.load(store, uri("out"));
        assertThat(List.of(record.format(), record.dtype(), record.formatVersion()))
                .isEqualTo(List.of("onnx", "int8", 2));
        try (Stream<Path> files = Files.list(temporary.resolve("out"))) {
            List<String> names = new ArrayList<>(
                    files.map(path -> path.getFileName().toString()).toList());
            names.remove("weft.json");
            assertThat(record.files()).containsOnlyKeys(names.toArray(String[]::new));
            for (String name : names) {
                byte[] bytes = Files.readAllBytes(temporary.resolve("out").resolve(name));
                assertThat(record.files().get(name)).isEqualTo(Sha256.hex(bytes));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{architecture: t5, layers: 1, width: 16, heads: 2, context: 8} | model.architecture=t5; nor ",
                "{architecture: mixtral, layers: 1, width: 16, heads: 2, context: 8} | model.architecture=mixtral; nor ",
                "{architecture: llama, layers: 1, width: 16, heads: 2, context: 8, rope_scaling: dynamic, rope_factor: 2,"
                        + " rope_original_context: 4} | model.rope_scaling=dynamic: a graph turns each position"
            })
    void whatIsNotWrittenIsNamed(String model, String message) throws IOException {
        Checkpoint checkpoint = TinyModels.checkpoint(store, uri("run"), model);
        assertThatThrownBy(() -> export(checkpoint, OnnxType.F32))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith("--format onnx does not write " + message);
        assertThat(temporary.resolve("out")).doesNotExist();
    }

    private Checkpoint tuned(String task, String model) throws IOException {
        WeftConfig config = ConfigLoader.load(
                "test",
                "run: {dir: \"" + uri("run") + "\"}\nmodel: " + model + "\nfinetune: {from: x, task: " + task + "}",
                List.of());
        ModelShape shape = new ModelShape(config.model(), TinyModels.VOCABULARY, Adaptation.of(config, List.of()));
        return InitialCheckpoint.write(
                store,
                RunDirectory.of(uri("run")),
                new RunIdentity(config, shape.layout(), new Vocabulary(TinyModels.VOCABULARY, "")),
                (offset, length, sink) -> TinyModels.fill(shape.layout(), offset, length, sink));
    }

    private List<String> export(Checkpoint checkpoint, OnnxType type) throws IOException {
        return new OnnxExport(store, checkpoint, notice -> {}).write(uri("out"), type, "");
    }

    private String uri(String name) {
        return "file://" + temporary.resolve(name);
    }

    /** (B, T), filled up behind the shorter one. */
    private static int[] ids() {
        int[] ids = new int[LENGTHS.length * CONTEXT];
        for (int b = 0; b < LENGTHS.length; b++) {
            for (int t = 0; t < LENGTHS[b]; t++) {
                ids[b * CONTEXT + t] = (7 * (b * CONTEXT + t) + 3) % TinyModels.VOCABULARY;
            }
        }
        return ids;
    }

    private static int[] seconds(OnnxModel onnx) {
        return onnx.inputs().contains("token_type_ids") ? SECONDS : LENGTHS;
    }

    private static Batch batch(int[] seconds) {
        return new Batch(
                LENGTHS.length, CONTEXT, ids(), LENGTHS, seconds, new Targets.Labels(new float[LENGTHS.length]));
    }

    private static Map<String, OnnxTensor> inputs(OnnxModel onnx, int[] seconds) throws OrtException {
        long[][] tokens = new long[LENGTHS.length][CONTEXT];
        long[][] mask = new long[LENGTHS.length][CONTEXT];
        long[][] segments = new long[LENGTHS.length][CONTEXT];
        for (int b = 0; b < LENGTHS.length; b++) {
            Arrays.fill(mask[b], 0, LENGTHS[b], 1);
            Arrays.fill(segments[b], seconds[b], LENGTHS[b], 1);
            for (int t = 0; t < CONTEXT; t++) {
                tokens[b][t] = ids()[b * CONTEXT + t];
            }
        }
        Map<String, OnnxTensor> inputs = new HashMap<>();
        inputs.put("input_ids", onnx.longs(tokens));
        inputs.put("attention_mask", onnx.longs(mask));
        if (onnx.inputs().contains("token_type_ids")) {
            inputs.put("token_type_ids", onnx.longs(segments));
        }
        return inputs;
    }
}
