package org.weft.core.taught;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.Json;
import org.weft.core.JsonFault;
import org.weft.core.Records;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.Store;

/**
 * {@code manifest.json} of a teacher's logits. It is written last: a directory with one has all of them.
 *
 * @param version of this record, {@link #VERSION}
 * @param made of what they were made, and how
 * @param files source after source, in the order of their windows
 */
public record TeacherLogitsManifest(int version, Made made, List<File> files) implements Serializable {
    public static final int VERSION = 1;
    public static final String FILE = "manifest.json";

    /**
     * What decides every byte of the files.
     *
     * @param teacher where it lay
     * @param teacherSha256 of all that decides what it says
     * @param corpus fingerprint of the corpus
     * @param vocabSize V, the teacher's
     * @param topK tokens at each place
     * @param context T
     * @param packing how documents fill windows, as {@code training.packing}
     * @param documentAttention whether documents of a window are told apart
     * @param microBatch windows that were computed together
     * @param precision as {@code training.precision}
     */
    public record Made(
            String teacher,
            String teacherSha256,
            String corpus,
            int vocabSize,
            int topK,
            int context,
            String packing,
            boolean documentAttention,
            int microBatch,
            String precision)
            implements Serializable {

        /** The same of a teacher that lies elsewhere. */
        Made moved() {
            return Records.with(this, "teacher", "");
        }

        /** Whether the files of both are the same bytes. */
        public boolean sameFiles(Made other) {
            return moved().equals(other.moved());
        }
    }

    /**
     * Some windows of a source.
     *
     * @param file its name in the directory
     * @param source place of the source in the corpus's list, from 0
     * @param first window of the source's training split
     */
    public record File(String file, int source, long first, long windows, long bytes, String sha256)
            implements Serializable {}

    public TeacherLogitsManifest {
        files = List.copyOf(files);
    }

    /** Whether a directory holds logits: a checkpoint's manifest has the same name. */
    public static boolean exists(Store store, String directory) throws IOException {
        String path = directory + "/" + FILE;
        if (!store.exists(path)) {
            return false;
        }
        try {
            return Json.RECORDS.readTree(store.readAll(path)).has("made");
        } catch (JsonProcessingException broken) {
            return true; // whoever loads it says what is wrong
        }
    }

    /** Reads the manifest, or says that there is none. */
    public static TeacherLogitsManifest load(Store store, String directory) throws IOException {
        String path = directory + "/" + FILE;
        byte[] bytes;
        try {
            bytes = store.readAll(path);
        } catch (FileNotFoundException absent) {
            throw WeftException.invalidData(
                    directory + " holds no teacher's logits: " + path + " is missing",
                    "write them first: weft teacher-logits --output " + directory);
        }
        try {
            JsonNode tree = Json.RECORDS.readTree(bytes);
            int version = tree.path("version").asInt();
            if (version != VERSION) {
                throw WeftException.invalidData(
                        "logits of another version: file=" + path + " expected=" + VERSION + " actual=" + version,
                        "run teacher-logits with this version of Weft, into another directory");
            }
            if (!tree.path("files").isArray()) {
                throw broken(path, "it has no files");
            }
            TeacherLogitsManifest manifest = Json.RECORDS.treeToValue(tree, TeacherLogitsManifest.class);
            if (manifest.made == null) {
                throw WeftException.invalidData(
                        path + " does not say how they were made", "run teacher-logits again, into another directory");
            }
            return manifest;
        } catch (JsonProcessingException broken) {
            throw broken(path, JsonFault.inLine(broken));
        }
    }

    private static WeftException broken(String path, String fault) {
        return WeftException.invalidData(
                path + " is broken: " + fault, "run teacher-logits again, into another directory");
    }

    /** Writes the manifest: the commit. */
    public void save(Store store, String directory) throws IOException {
        try (AtomicOutput out = store.create(directory + "/" + FILE)) {
            out.write(Json.RECORDS.writeValueAsBytes(this));
            out.write('\n');
            out.commit();
        }
    }

    /** Of what they say, wherever they lie. */
    public String sha256() throws JsonProcessingException {
        return Sha256.hex(Json.RECORDS.writeValueAsBytes(new TeacherLogitsManifest(version, made.moved(), files)));
    }

    /**
     * What keeps a run from learning from them: each with what they are and what the run has.
     *
     * @param run as the run would have them made; its teacher, number of tokens and micro-batch are its own
     */
    public List<String> differences(Made run) {
        List<String> found = new ArrayList<>();
        differ(found, "corpus", made.corpus, run.corpus);
        differ(found, "vocabulary", made.vocabSize, run.vocabSize);
        differ(found, "model.context", made.context, run.context);
        differ(found, "training.packing", made.packing, run.packing);
        differ(found, "training.document_attention", made.documentAttention, run.documentAttention);
        return found;
    }

    private static void differ(List<String> found, String what, Object theirs, Object own) {
        if (!theirs.equals(own)) {
            found.add(what + "=" + theirs + " (the run's is " + own + ")");
        }
    }
}
