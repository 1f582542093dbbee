package org.weft.core.checkpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.weft.core.ExitStatus;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.privacy.SpentPrivacy;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.PlainName;
import org.weft.core.storage.Store;

/**
 * {@code manifest.json} of a checkpoint. Its appearance is the commit: a directory without one is no checkpoint.
 *
 * @param formatVersion of the checkpoint directory; since 2 the file ends with a checksum of itself, since 3 it has
 *     sources and evaluations, since 4 skipped steps; 5 has a sparsity, and is written where there is one; 6 has
 *     what privacy was spent, likewise
 * @param weftVersion that wrote it
 * @param step the parameters' version: steps done, those included that were skipped
 * @param skippedSteps how many of them left the parameters as they were, for numbers that were not finite; 0 before version
 *     4, which did not count them
 * @param tokensSeen target tokens trained on
 * @param generation of the servers that wrote it
 * @param layoutHash of the parameters
 * @param parameters P
 * @param vocabSize V
 * @param tokenizerSha256 of the corpus's tokenizer.json
 * @param seed of the run
 * @param config the effective configuration
 * @param shards files in the order of their ranges
 * @param sources what it was trained on; empty where that is not known
 * @param evaluations scores by metric of every version of the parameters that was evaluated so far, by step; null is a
 *     score that was not finite
 * @param paramsSha256 SHA-256 of the float32 little-endian parameter vector in layout order
 * @param sparsity share of zeros among the weights of blocks' matrices, counted in the files; null where nothing is pruned
 * @param privacy what the steps so far have come to; null where training is not private
 */
public record CheckpointManifest(
        int formatVersion,
        String weftVersion,
        int step,
        int skippedSteps,
        long tokensSeen,
        int generation,
        String layoutHash,
        long parameters,
        int vocabSize,
        String tokenizerSha256,
        long seed,
        JsonNode config,
        List<Shard> shards,
        List<Source> sources,
        Map<Integer, Map<String, Double>> evaluations,
        String paramsSha256,
        @JsonInclude(JsonInclude.Include.NON_NULL) Double sparsity,
        @JsonInclude(JsonInclude.Include.NON_NULL) SpentPrivacy privacy)
        implements Serializable {
    /** Of checkpoints of which nothing is pruned. */
    public static final int FORMAT_VERSION = 4;
    /** Of those with a sparsity. */
    public static final int PRUNED_VERSION = 5;
    /** Of those of private runs, pruned or not: the newest that is read. */
    public static final int PRIVATE_VERSION = 6;
    /** Has no checksum of its own. */
    private static final int FIRST_VERSION = 1;
    /** The first that says what a run must know of its past. */
    private static final int REMEMBERING_VERSION = 3;
    /** The first that tells steps from updates. */
    private static final int COUNTING_VERSION = 4;

    public static final String FILE = "manifest.json";

    private static final ObjectMapper JSON =
            Json.RECORDS.copy().enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

    public CheckpointManifest {
        shards = List.copyOf(shards);
        sources = List.copyOf(sources);
        TreeMap<Integer, Map<String, Double>> ordered = new TreeMap<>();
        evaluations.forEach((at, scores) -> ordered.put(at, Collections.unmodifiableMap(new LinkedHashMap<>(scores))));
        evaluations = Collections.unmodifiableMap(ordered);
    }

    /**
     * One shard's file.
     *
     * @param offset first parameter's index in the flat vector
     * @param length parameters in the file
     */
    public record Shard(String file, long offset, long length, long bytes, String sha256) implements Serializable {}

    /**
     * Data that a run is trained on, or a teacher that it learns from.
     *
     * @param kind {@code corpus}, {@code dataset} or {@code examples}; {@link #TEACHER}; {@link #MANIFEST} or {@link #PROVENANCE}
     * @param path where they were; the same data may be elsewhere
     * @param sha256 of what decides every batch, or what a teacher says; of the last two kinds, of the file
     */
    public record Source(String kind, String path, String sha256) implements Serializable {
        /** Token shards. */
        public static final String CORPUS = "corpus";
        /** The file that lists a corpus's token shards. */
        public static final String MANIFEST = "corpus-manifest";
        /** The file that says what a corpus was made from, and by which rules. */
        public static final String PROVENANCE = "corpus-provenance";
        /** A model that is learnt from beside the data. */
        public static final String TEACHER = "teacher";

        /** Whether other data would be another run: where data come from, and who listed them, decides no batch. */
        public boolean decidesBatches() {
            return !kind.equals(MANIFEST) && !kind.equals(PROVENANCE);
        }
    }

    public static CheckpointManifest load(Store store, String directory) throws IOException {
        String path = directory + "/" + FILE;
        byte[] bytes;
        try {
            bytes = store.readAll(path);
        } catch (FileNotFoundException e) {
            throw WeftException.invalidData(
                    directory + " is no committed checkpoint: it has no " + FILE,
                    "give a checkpoint directory such as .../checkpoints/step-00000200, or a run directory");
        }
        CheckpointManifest manifest;
        try {
            JsonNode tree = JSON.readTree(bytes);
            int version = requireVersion(path, tree);
            if (version != FIRST_VERSION) {
                ManifestSeal.open(path, bytes);
                ((ObjectNode) tree).remove(ManifestSeal.KEY);
            }
            if (version < REMEMBERING_VERSION) {
                ((ObjectNode) tree).putIfAbsent("sources", JSON.createArrayNode());
                ((ObjectNode) tree).putIfAbsent("evaluations", JSON.createObjectNode());
            }
            if (version < COUNTING_VERSION) {
                ((ObjectNode) tree)
                        .putIfAbsent("skipped_steps", JSON.getNodeFactory().numberNode(0));
            }
            if (version < PRUNED_VERSION) {
                ((ObjectNode) tree)
                        .putIfAbsent("sparsity", JSON.getNodeFactory().nullNode());
            }
            String open = version < PRIVATE_VERSION ? "privacy" : "sparsity"; // A private run prunes, or does not.
            ((ObjectNode) tree).putIfAbsent(open, JSON.getNodeFactory().nullNode());
            manifest = JSON.treeToValue(tree, CheckpointManifest.class);
            manifest.shards.forEach(shard -> PlainName.require(path, shard.file()));
        } catch (WeftException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new WeftException(ExitStatus.INVALID_DATA, path + " is damaged", "take another checkpoint", e);
        }
        return manifest;
    }

    /** Before anything else is read: another version may have other keys. */
    private static int requireVersion(String path, JsonNode tree) {
        JsonNode version = tree.path("format_version");
        if (version.isInt() && (version.intValue() < FIRST_VERSION || version.intValue() > PRIVATE_VERSION)) {
            throw WeftException.invalidData(
                    path + ": format_version=" + version + " expected=" + PRIVATE_VERSION,
                    "it was written by Weft " + tree.path("weft_version").asText());
        }
        if (!version.isInt()) {
            throw WeftException.invalidData(path + " is damaged: it has no format_version", "take another checkpoint");
        }
        return version.intValue();
    }

    /** What has to hold at the moment of the commit. */
    @FunctionalInterface
    public interface Guard {
        /** Throws where the checkpoint must not be committed. */
        void check() throws IOException;
    }

    /** Commits the checkpoint. */
    public void save(Store store, String directory) throws IOException {
        save(store, directory, () -> {});
    }

    /**
     * Commits the checkpoint.
     *
     * @param guard asked when everything is written, and only the file's appearance is missing
     */
    public void save(Store store, String directory, Guard guard) throws IOException {
        byte[] json = JSON.writeValueAsBytes(this);
        try (AtomicOutput out = store.create(directory + "/" + FILE)) {
            out.write(formatVersion == FIRST_VERSION ? json : ManifestSeal.close(json));
            guard.check();
            out.commit();
        }
    }

    public String toJson() throws IOException {
        return JSON.writeValueAsString(this);
    }
}
