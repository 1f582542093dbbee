package org.weft.driver.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.core.Sha256;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.SavedRange;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Retries;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.local.EmbeddedHdfs;
import org.weft.parameterserver.shard.ParameterShard;
import org.weft.parameterserver.shard.ShardCheckpointer;
import org.weft.parameterserver.shard.ShardUpdate;

/**
 * Saves of two shards on a real HDFS, of which every single call fails once, and of which every single call is the last
 * one that its process makes; and checkpoints damaged in every part. Whatever happens, the next process takes the newest
 * checkpoint whose manifest was committed, with the parameters that were saved.
 */
@Timeout(300)
class SaveFaultsTest {
    private static final int SERVERS = 2;
    private static final int KEEP = 2;
    private static final ParameterLayout LAYOUT = ParameterLayout.builder()
            .add("w", List.of(10), true, Initializer.ZEROS)
            .build();

    @TempDir
    static Path temporary;

    private static EmbeddedHdfs hdfs;
    private static Store store;
    private static int runs;

    private final Map<Integer, String> saved = new HashMap<>();
    private final List<String> notices = new ArrayList<>();
    private final List<ParameterShard> shards = new ArrayList<>();
    private Store writing;
    private WeftConfig config;
    private RunDirectory run;
    private int step;

    @BeforeAll
    static void start() {
        hdfs = EmbeddedHdfs.start(temporary.resolve("hdfs"));
        store = new HadoopStore(FaultyFileSystem.over(hdfs.configuration()));
    }

    @AfterAll
    static void stop() {
        hdfs.close();
    }

    @BeforeEach
    void begin() throws Exception {
        writing = store;
        String name = hdfs.uri() + "/run-" + runs++;
        config = ConfigLoader.load(
                "test", "run: {dir: '" + name + "'}", List.of("checkpoint.keep=" + KEEP, "training.warmup_steps=0"));
        run = config.run().directory();
        RangePartitioner partitioner = new RangePartitioner(LAYOUT.bucketCount(), SERVERS);
        for (int i = 0; i < SERVERS; i++) {
            ParameterShard shard = new ParameterShard(LAYOUT, partitioner.range(i), config.training());
            shard.beginLoad(1, 0);
            shard.initialize(7);
            shard.publishAll();
            shards.add(shard);
        }
        trainOneStep();
        save("");
    }

    @AfterEach
    void heal() {
        FaultPlan.disarm();
    }

    @ParameterizedTest
    @EnumSource
    void everyCallOfASaveMayFail(FaultPlan.Kind kind) throws Exception {
        Checkpoint before = resolve();
        List<String> calls;
        int k = 0;
        do {
            k++;
            trainOneStep();
            FaultPlan.arm(kind, k);
            boolean completed = completes(before.directory());
            calls = FaultPlan.disarm();
            String at = kind + " at " + k + " of " + calls;
            boolean committed = store.exists(directory() + "/" + CheckpointManifest.FILE);
            Checkpoint after = resolve();
            if (!kind.deadly) {
                assertThat(completed).as(at).isTrue();
            }
            assertThat(committed || !completed).as(at).isTrue();
            assertThat(after.manifest().step())
                    .as(at)
                    .isEqualTo(committed ? step : before.manifest().step());
            removeOld(before, after); // Else every removal that dies leaves more calls for the next.
            before = after;
        } while (k <= calls.size());
        assertThat(k).as("calls of a save").isGreaterThan(25);
        assertThat(CheckpointResolver.directories(store, run))
                .as("what the failed ones left is gone")
                .hasSizeBetween(1, 2);
    }

    /** Without renames a death leaves parts of files under their own names; none of them is taken for whole. */
    @Test
    void everyCallOfADirectSaveMayBeTheLast() throws Exception {
        Configuration configuration = FaultyFileSystem.over(hdfs.configuration());
        configuration.set(HadoopStore.COMMIT, "direct");
        writing = new HadoopStore(configuration);
        Checkpoint before = resolve();
        List<String> calls;
        int k = 0;
        int partly = 0;
        do {
            k++;
            trainOneStep();
            FaultPlan.arm(FaultPlan.Kind.DIES_AFTER, k);
            completes(before.directory());
            calls = FaultPlan.disarm();
            Checkpoint after = newest();
            assertThat(calls).noneMatch(call -> call.startsWith("rename"));
            boolean taken = after.manifest().step() == step;
            partly += !taken && store.exists(directory() + "/" + CheckpointManifest.FILE) ? 1 : 0;
            if (!taken) {
                assertThat(after.manifest().step()).isEqualTo(before.manifest().step());
                store.delete(directory());
            }
            removeOld(before, after);
            before = after;
        } while (k <= calls.size());
        assertThat(partly).as("manifests that were written in part").isPositive();
        assertThat(before.manifest().step()).isEqualTo(step);
    }

    private void removeOld(Checkpoint before, Checkpoint after) throws IOException {
        Set<String> good = new HashSet<>();
        for (Checkpoint known : List.of(before, after)) {
            good.add(RunDirectory.stepName(known.manifest().step()));
        }
        new Retention(store, run, good.size(), Set.of()).apply(after.manifest().step(), good);
    }

    private boolean completes(String verified) throws Exception {
        try {
            save(verified);
            return true;
        } catch (IOException | ExecutionException e) {
            return false;
        }
    }

    @Test
    void aCheckpointDamagedAnywhereIsPassedOver() throws Exception {
        int good = step;
        trainOneStep();
        save("");
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (Store.Entry entry : store.list(directory())) {
            files.put(entry.path(), store.readAll(entry.path()));
        }
        assertThat(files).hasSize(SERVERS + 1);
        int cases = 0;
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            byte[] whole = file.getValue();
            boolean manifest = file.getKey().endsWith(CheckpointManifest.FILE);
            Map<String, byte[]> damages = manifest ? manifestDamages(whole) : shardDamages(whole);
            for (Map.Entry<String, byte[]> damage : damages.entrySet()) {
                store.replace(file.getKey(), damage.getValue());
                String what = file.getKey() + ": " + damage.getKey();
                notices.clear();
                Checkpoint taken = new CheckpointResolver(store, notices::add).latest(run);
                assertThat(taken.manifest().step()).as(what).isEqualTo(good);
                assertThat(notices).as(what).hasSize(1);
                assertThat(notices.get(0))
                        .as(what)
                        .startsWith("passed over " + directory() + ": ")
                        .containsPattern("damaged|another length|another SHA-256|format_version");
                cases++;
            }
            store.replace(file.getKey(), whole);
        }
        assertThat(cases).isGreaterThan(60);
        assertThat(resolve().manifest().step()).isEqualTo(step);
    }

    /** Length of the header, its JSON, each of the three tensors; and every kind of cut. */
    private static Map<String, byte[]> shardDamages(byte[] whole) {
        Map<String, byte[]> damages = new LinkedHashMap<>();
        int header = Long.BYTES
                + (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
        for (int at = 0; at < Long.BYTES; at++) {
            damages.put("header length, byte " + at, flipped(whole, at));
        }
        for (int at = Long.BYTES; at < header; at += 23) {
            damages.put("header, byte " + at, flipped(whole, at));
        }
        int tensor = (whole.length - header) / 3;
        for (int i = 0; i < 3 && tensor > 0; i++) {
            int start = header + i * tensor;
            damages.put("tensor " + i + ", first byte", flipped(whole, start));
            damages.put("tensor " + i + ", middle", flipped(whole, start + tensor / 2));
            damages.put("tensor " + i + ", last byte", flipped(whole, start + tensor - 1));
            damages.put("cut in tensor " + i, Arrays.copyOf(whole, start + tensor / 2));
        }
        for (int length : new int[] {0, 1, Long.BYTES, header / 2, header - 1, whole.length - 1}) {
            damages.put("cut to " + length, Arrays.copyOf(whole, length));
        }
        damages.put("one byte more", Arrays.copyOf(whole, whole.length + 1));
        return damages;
    }

    /** The value of each field, and every kind of cut. */
    private static Map<String, byte[]> manifestDamages(byte[] whole) {
        Map<String, byte[]> damages = new LinkedHashMap<>();
        String text = new String(whole, StandardCharsets.UTF_8);
        for (String field : List.of(
                "format_version",
                "weft_version",
                "step",
                "skipped_steps",
                "tokens_seen",
                "generation",
                "layout_hash",
                "parameters",
                "vocab_size",
                "tokenizer_sha256",
                "seed",
                "learning_rate",
                "file",
                "offset",
                "length",
                "bytes",
                "sha256",
                "params_sha256",
                "manifest_sha256")) {
            int key = text.indexOf("\"" + field + "\" : ");
            assertThat(key).as(field).isPositive();
            int value = key + field.length() + 5;
            damages.put(field, flipped(whole, text.charAt(value) == '"' ? value + 1 : value));
        }
        for (int length : new int[] {0, 1, whole.length / 2, whole.length - 1}) {
            damages.put("cut to " + length, Arrays.copyOf(whole, length));
        }
        return damages;
    }

    private static byte[] flipped(byte[] whole, int at) {
        byte[] bytes = whole.clone();
        bytes[at] ^= 1;
        return bytes;
    }

    private void trainOneStep() throws IOException {
        int from = step++;
        float[] gradient = new float[(int) LAYOUT.size()];
        Arrays.fill(gradient, step);
        shards.forEach(shard -> shard.apply(1, ShardUpdate.of(from, from, 1f), bucket -> gradient, () -> {}));
        byte[] parameters = new byte[gradient.length * Float.BYTES];
        int owner = new RangePartitioner(LAYOUT.bucketCount(), SERVERS).shardOf(0);
        shards.get(owner).bytes(new BucketKey(1, step, 0)).get(parameters);
        saved.put(step, HexFormat.of().formatHex(Sha256.digest().digest(parameters)));
    }

    /** As servers and driver do it, one after the other. */
    private void save(String verified) throws Exception {
        Retries retries = new Retries(3, Duration.ZERO);
        List<SavedRange> files = new ArrayList<>();
        for (int i = 0; i < SERVERS; i++) {
            try (ShardCheckpointer checkpointer = new ShardCheckpointer(
                    shards.get(i), writing, new ShardCheckpointer.Destination(run, i, SERVERS), retries)) {
                files.add(checkpointer.save(1, step).get());
            }
        }
        Vocabulary vocabulary = new Vocabulary(8192, "tok");
        CheckpointCommitter.Rules rules =
                new CheckpointCommitter.Rules(() -> {}, verified, retries, new BestStep("loss", 0), 512);
        new CheckpointCommitter(writing, new RunIdentity(config, LAYOUT, vocabulary), rules).commit(1, step, 0, files);
    }

    /** What a new process takes; its parameters are those that were saved. */
    private Checkpoint resolve() throws IOException {
        notices.clear();
        Checkpoint found = newest();
        assertThat(notices).isEmpty();
        return found;
    }

    private Checkpoint newest() throws IOException {
        Checkpoint found = new CheckpointResolver(store, notices::add).latest(run);
        String sha256 = new CheckpointReader(store, found.directory(), found.manifest()).paramsSha256();
        assertThat(sha256)
                .isEqualTo(found.manifest().paramsSha256())
                .isEqualTo(saved.get(found.manifest().step()));
        return found;
    }

    private String directory() {
        return run.step(step);
    }
}
