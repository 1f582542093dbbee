package org.weft.hub;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Collections;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.weft.core.Json;
import org.weft.core.JsonFault;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.WeftVersion;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.ManifestSeal;
import org.weft.core.storage.PlainName;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;

/**
 * {@code weft.json} of an exported directory: which checkpoint the model is, and the SHA-256 of each file beside it. It
 * ends with a checksum of itself, as a checkpoint's manifest does, and tells nothing of where the run was.
 *
 * @param weftVersion that exported
 * @param step of the checkpoint
 * @param checkpointSha256 of the checkpoint's manifest.json
 * @param paramsSha256 of the checkpoint's parameters
 * @param format {@code gguf} or {@code onnx}; not there, and here empty, of a Hugging Face directory, whose record's version is 1
 * @param dtype of the tensors
 * @param maxShardBytes of the tensors in one file; 0 where they are not spread over files
 * @param files SHA-256 by name
 */
public record ExportRecord(
        int formatVersion,
        String weftVersion,
        int step,
        String checkpointSha256,
        String paramsSha256,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) String format,
        String dtype,
        long maxShardBytes,
        SortedMap<String, String> files) {

    public static final String FILE = "weft.json";
    /** Of records that name their format. */
    public static final int FORMAT_VERSION = 2;

    /** Of a Hugging Face directory's, as they always were. */
    private static final int HUGGING_FACE_VERSION = 1;

    public static final String GGUF = "gguf";
    public static final String ONNX = "onnx";

    /**
     * As what a model was written.
     *
     * @param format empty for a Hugging Face directory
     */
    public record Form(String format, String dtype, long maxShardBytes) {

        static Form of(HuggingFaceExport.Options options) {
            return new Form("", options.format().name().toLowerCase(Locale.ROOT), options.maxFileBytes());
        }
    }

    public ExportRecord {
        format = format == null ? "" : format;
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }

    private static ExportRecord of(Store store, Checkpoint checkpoint, Form form, SortedMap<String, String> files)
            throws IOException {
        CheckpointManifest manifest = checkpoint.manifest();
        return new ExportRecord(
                form.format().isEmpty() ? HUGGING_FACE_VERSION : FORMAT_VERSION,
                WeftVersion.CURRENT,
                manifest.step(),
                Sha256.hex(store.readAll(checkpoint.directory() + "/" + CheckpointManifest.FILE)),
                manifest.paramsSha256(),
                form.format(),
                form.dtype(),
                form.maxShardBytes(),
                files);
    }

    /** Writes the record of all that is in a directory. */
    public static void write(Store store, Checkpoint checkpoint, Form form, ExportDirectory target) throws IOException {
        target.write(FILE, of(store, checkpoint, form, target.digests()).toJson());
    }

    /**
     * Writes the record of all that is in a directory and of one file more, then that file.
     *
     * @param name of the file without which the directory is no model
     */
    public static void write(
            Store store, Checkpoint checkpoint, Form form, ExportDirectory target, String name, byte[] last)
            throws IOException {
        SortedMap<String, String> digests = new TreeMap<>(target.digests());
        digests.put(name, Sha256.hex(last));
        target.write(FILE, of(store, checkpoint, form, digests).toJson());
        target.write(name, last);
    }

    byte[] toJson() throws IOException {
        return ManifestSeal.close(Json.RECORDS.writeValueAsBytes(this));
    }

    /** Names may be of files in folders of the directory, as {@code 1_Pooling/config.json} is; none leads out of it. */
    private static void requireWithin(String path, String name) {
        for (String part : name.split("/", -1)) {
            PlainName.require(path, part);
        }
    }

    /** A format is named from version 2 on, and every record says what its tensors are of. */
    private static void requireKnown(String path, ExportRecord record) {
        boolean known = record.formatVersion == HUGGING_FACE_VERSION
                ? record.format.isEmpty()
                : record.format.equals(GGUF) || record.format.equals(ONNX);
        if (!known || record.dtype == null) {
            throw WeftException.invalidData(
                    path + ": format_version=" + record.formatVersion + " format=" + record.format + " dtype="
                            + record.dtype + " do not go together",
                    "export the checkpoint again");
        }
    }

    /** What was written into a directory; its checksum is not looked at. */
    public static ExportRecord load(Store store, String directory) throws IOException {
        String path = directory + "/" + FILE;
        try {
            ObjectNode tree = (ObjectNode) Json.RECORDS.readTree(store.readAll(path));
            int version = tree.path("format_version").asInt();
            if (version < HUGGING_FACE_VERSION || version > FORMAT_VERSION) {
                throw WeftException.invalidData(
                        path + ": format_version=" + version + " expected=" + HUGGING_FACE_VERSION + " or "
                                + FORMAT_VERSION,
                        "it was written by Weft " + tree.path("weft_version").asText());
            }
            tree.remove(ManifestSeal.KEY);
            ExportRecord record = Json.RECORDS.treeToValue(tree, ExportRecord.class);
            requireKnown(path, record);
            record.files.keySet().forEach(name -> requireWithin(path, name));
            return record;
        } catch (FileNotFoundException absent) {
            throw WeftException.invalidData(
                    directory + " has no " + FILE + ": it does not say which checkpoint it is",
                    "export the checkpoint again: this version of Weft writes it");
        } catch (JsonProcessingException | ClassCastException broken) {
            String reason = broken instanceof JsonProcessingException json ? ": " + JsonFault.inLine(json) : "";
            throw WeftException.invalidData(path + " is broken" + reason, "export the checkpoint again");
        }
    }
}
