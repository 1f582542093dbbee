package org.weft.trainer.pretrain;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.Json;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.batches.Batch;
import org.weft.core.batches.TokenShardBatches;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.Store;
import org.weft.core.taught.TeacherLogits;
import org.weft.core.taught.TeacherLogitsFormat;
import org.weft.core.taught.TeacherLogitsFormat.Header;
import org.weft.core.taught.TeacherLogitsManifest;
import org.weft.core.taught.TeacherLogitsManifest.Made;
import org.weft.core.tokens.PackedShard;
import org.weft.corpus.CorpusPacking;
import org.weft.corpus.FirstTaskError;
import org.weft.driver.run.ModelStage;
import org.weft.engine.ModelReplica;
import org.weft.hub.TeacherModel;

/**
 * Writes once what a teacher says of a corpus's training windows: the likeliest tokens at each place, a file of windows a part. A job
 * that was stopped takes what it finds whole. The bytes are a function of what the manifest says, whoever writes them. For one thread.
 */
public final class TeacherLogitsJob {
    private static final long WINDOWS = 256;
    /** Written first: what the files are of that are there before the manifest is. */
    private static final String MADE = "/made.json";

    private final JavaSparkContext spark;
    private final Store store;
    private final WeftConfig config;
    private final Consumer<String> progress;

    /** @param config whose corpus, context, packing and micro-batch are meant */
    public TeacherLogitsJob(JavaSparkContext spark, Store store, WeftConfig config, Consumer<String> progress) {
        this.spark = spark;
        this.store = store;
        this.config = config;
        this.progress = progress;
    }

    /** Some windows of a source. */
    private record Part(int source, long first, long windows) implements Serializable {
        String file() {
            return String.format(Locale.ROOT, "source-%03d-%010d%s", source, first, TeacherLogitsFormat.SUFFIX);
        }
    }

    /**
     * Writes what is not there yet.
     *
     * @param made of what they are made, and how
     * @throws WeftException where the directory has those of something else
     */
    public TeacherLogitsManifest run(TeacherModel teacher, Made made, String output) throws IOException {
        if (TeacherLogitsManifest.exists(store, output)) {
            TeacherLogitsManifest found = TeacherLogitsManifest.load(store, output);
            requireSame(found.made(), made, output);
            progress.accept("the teacher's logits are there: " + output);
            return found;
        }
        requireOwn(made, output);
        Map<String, PackedShard> packed = CorpusPacking.count(spark, store, config);
        List<Part> parts = new ArrayList<>();
        try (TokenShardBatches batches = TokenShardBatches.open(store, config, packed)) {
            for (int source = 0; source < batches.sourceCount(); source++) {
                long windows = batches.trainingWindows(source);
                for (long first = 0; first < windows; first += WINDOWS) {
                    parts.add(new Part(source, first, Math.min(WINDOWS, windows - first)));
                }
            }
        }
        progress.accept("asking " + made.teacher() + " about "
                + parts.stream().mapToLong(Part::windows).sum() + " windows");
        Stage stage = new Stage(store, config, packed, teacher, made, output);
        List<TeacherLogitsManifest.File> files =
                FirstTaskError.ends(spark, () -> ModelStage.over(spark, parts, stage::open));
        TeacherLogitsManifest manifest = new TeacherLogitsManifest(TeacherLogitsManifest.VERSION, made, files);
        manifest.save(store, output);
        return manifest;
    }

    private void requireOwn(Made made, String output) throws IOException {
        try {
            Made begun = Json.RECORDS.readValue(store.readAll(output + MADE), Made.class);
            requireSame(begun, made, output);
        } catch (FileNotFoundException fresh) {
            if (!store.list(output).isEmpty()) {
                throw WeftException.usage(
                        output + " is not empty, and holds no teacher's logits", "give a directory of their own");
            }
            store.write(output + MADE, Json.RECORDS.writeValueAsBytes(made));
        }
    }

    private static void requireSame(Made found, Made made, String output) {
        if (!found.sameFiles(made)) {
            throw WeftException.usage(
                    output + " has logits of something else: " + found + ", and asked for are " + made,
                    "give another directory, or remove this one");
        }
    }

    /** One task's parts. */
    private record Stage(
            Store store,
            WeftConfig config,
            Map<String, PackedShard> packed,
            TeacherModel teacher,
            Made made,
            String output)
            implements Serializable {
        private static final long serialVersionUID = 1L;

        ModelStage.Opened<Part, TeacherLogitsManifest.File> open() throws IOException {
            TokenShardBatches batches = TokenShardBatches.open(store, config, packed);
            try {
                ModelReplica replica = teacher.open(config, "cpu");
                return new Asking(this, batches, replica);
            } catch (IOException | RuntimeException e) {
                batches.close();
                throw e;
            }
        }

        /** Null where there is no such file, or none that is whole. */
        String digestOfWhole(Part part, Header header) throws IOException {
            String path = output + "/" + part.file();
            if (!store.exists(path)) {
                return null;
            }
            try (InputStream in = store.open(path)) {
                MessageDigest digest = Sha256.digest();
                long bytes = in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
                return bytes == header.fileBytes() ? HexFormat.of().formatHex(digest.digest()) : null;
            }
        }
    }

    /** A task's open teacher. */
    private record Asking(Stage stage, TokenShardBatches batches, ModelReplica replica)
            implements ModelStage.Opened<Part, TeacherLogitsManifest.File> {

        @Override
        public TeacherLogitsManifest.File take(Part part) throws IOException {
            Header header = new Header(stage.made.topK(), stage.made.context(), part.windows());
            String digest = stage.digestOfWhole(part, header);
            return new TeacherLogitsManifest.File(
                    part.file(),
                    part.source(),
                    part.first(),
                    part.windows(),
                    header.fileBytes(),
                    digest == null ? written(part, header) : digest);
        }

        private String written(Part part, Header header) throws IOException {
            MessageDigest digest = Sha256.digest();
            try (AtomicOutput out = stage.store.create(stage.output + "/" + part.file())) {
                OutputStream digested = new DigestOutputStream(out, digest);
                digested.write(TeacherLogitsFormat.encode(header));
                int most = stage.made.microBatch();
                for (long at = 0; at < part.windows(); at += most) {
                    int count = (int) Math.min(most, part.windows() - at);
                    Batch batch = batches.trainingWindows(part.source(), part.first() + at, count);
                    TeacherLogits.Rows top = replica.topLogits(batch, header.k());
                    int each = header.k() * header.context();
                    for (int b = 0; b < count; b++) {
                        digested.write(TeacherLogitsFormat.encode(
                                header,
                                Arrays.copyOfRange(top.ids(), b * each, (b + 1) * each),
                                Arrays.copyOfRange(top.logits(), b * each, (b + 1) * each)));
                    }
                }
                out.commit();
            }
            return HexFormat.of().formatHex(digest.digest());
        }

        @Override
        public void close() throws IOException {
            try (batches) {
                replica.close();
            }
        }
    }
}
