package org.weft.core.examples;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.weft.core.Json;
import org.weft.core.JsonFault;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.Store;
import org.weft.core.storage.UnreachableStorage;

/**
 * {@code manifest.json} of an encoded data set. It is written last: a directory with a manifest holds a whole data set,
 * one without holds none.
 *
 * @param version of this record, {@link #VERSION}
 * @param task as {@code finetune.task}
 * @param labels in the order of the outputs; empty where the task has none
 * @param classCounts of each label among the training examples
 * @param classWeights what each label's loss counts, all 1 but for {@code finetune.class_weights=balanced}
 * @param tokenizerSha256 of the {@code tokenizer.json} that encoded it, in hexadecimal
 * @param validation without files where there is none
 * @param test without files where none was given
 * @param overlap validation and test rows whose inputs are also among training's
 * @param scrubbed what was taken out of the rows' texts, how often by kind of {@code dataset.privacy}; absent where nothing was
 * @param unanswerable qa: whether a question of training has no answer; null where nobody looked
 * @param fingerprint SHA-256 of the inputs and of every setting that decides what is written
 */
public record ExamplesManifest(
        int version,
        String task,
        List<String> labels,
        List<Long> classCounts,
        List<Double> classWeights,
        String tokenizerSha256,
        int vocabSize,
        ExamplesSplit train,
        ExamplesSplit validation,
        ExamplesSplit test,
        long overlap,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Long> scrubbed,
        @JsonInclude(JsonInclude.Include.NON_NULL) Boolean unanswerable,
        String fingerprint)
        implements Serializable {

    public static final int VERSION = 1;
    public static final String FILE = "manifest.json";

    public ExamplesManifest {
        scrubbed = scrubbed == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(scrubbed));
    }

    /** The same data set with more said of each example, in files of other names or another directory; without test. */
    public ExamplesManifest of(ExamplesSplit otherTrain, ExamplesSplit otherValidation, String otherFingerprint) {
        return new ExamplesManifest(
                version,
                task,
                labels,
                classCounts,
                classWeights,
                tokenizerSha256,
                vocabSize,
                otherTrain,
                otherValidation,
                ExamplesSplit.NONE,
                overlap,
                scrubbed,
                unanswerable,
                otherFingerprint);
    }

    /** Whether a directory holds an encoded data set. */
    public static boolean exists(Store store, String directory) throws IOException {
        return store.exists(directory + "/" + FILE);
    }

    /** Reads the manifest of a data set, or says that there is none. */
    public static ExamplesManifest load(Store store, String directory) throws IOException {
        String path = directory + "/" + FILE;
        if (!exists(store, directory)) {
            throw WeftException.invalidData("no encoded data set: " + path + " is missing", "run finetune first");
        }
        try {
            JsonNode tree = Json.RECORDS.readTree(store.readAll(path));
            int version = tree.path("version").asInt();
            if (version != VERSION) {
                throw WeftException.invalidData(
                        "data set manifest of another version: file=" + path + " expected=" + VERSION + " actual="
                                + version,
                        "remove the directory and start again with this version of Weft");
            }
            ExamplesManifest manifest = Json.RECORDS.treeToValue(tree, ExamplesManifest.class);
            if (manifest.incomplete()) {
                throw WeftException.invalidData(
                        "data set manifest is incomplete: file=" + path, "remove the directory and start again");
            }
            return manifest;
        } catch (JsonProcessingException broken) {
            throw WeftException.invalidData(
                    "data set manifest is broken: file=" + path + ": " + JsonFault.inLine(broken),
                    "remove the directory and start again");
        }
    }

    private boolean incomplete() {
        return Stream.of(task, labels, classWeights, tokenizerSha256, train, validation, test, fingerprint)
                .anyMatch(Objects::isNull);
    }

    /** Writes the manifest: the commit of a data set. */
    public void save(Store store, String directory) throws IOException {
        try (AtomicOutput out = store.create(directory + "/" + FILE)) {
            out.write(Json.RECORDS.writeValueAsBytes(this));
            out.write('\n');
            out.commit();
        }
    }

    /** What is wrong with the data set's files, of which every byte is read. */
    public List<String> verify(Store store, String directory) throws IOException {
        List<String> problems = new ArrayList<>();
        for (ExamplesSplit split : List.of(train, validation, test)) {
            for (ExamplesFile file : split.files()) {
                MessageDigest digest = Sha256.digest();
                try (InputStream in = store.open(directory + "/" + file.file())) {
                    in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
                    String actual = HexFormat.of().formatHex(digest.digest());
                    if (!actual.equals(file.sha256())) {
                        problems.add(file.file() + " sha256 expected=" + file.sha256() + " actual=" + actual);
                    }
                } catch (FileNotFoundException absent) {
                    problems.add(file.file() + " is missing");
                } catch (IOException damaged) { // a local file beside which its checksums lie
                    if (UnreachableStorage.explain(damaged) != null) {
                        throw damaged; // Says nothing of the file.
                    }
                    problems.add(file.file() + ": " + damaged.getMessage());
                }
            }
        }
        return problems;
    }

    /** The vocabulary hash that every file of this data set carries. */
    public String vocabulary() {
        return ExampleFileFormat.vocabulary(tokenizerSha256);
    }
}
