package org.weft.core.checkpoint;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.optim.StateVector;
import org.weft.core.storage.Store;
import org.weft.core.storage.UnreachableStorage;

/** Reads any range of a committed checkpoint's vectors, whatever the number of shards that wrote it. */
public final class CheckpointReader {
    /** Names of the vectors in each shard's file. */
    public static final String PARAM = "param";

    public static final String EXP_AVG = "exp_avg";
    public static final String EXP_AVG_SQ = "exp_avg_sq";
    /** Those of adam and adamw. */
    public static final List<String> VECTORS = List.of(PARAM, EXP_AVG, EXP_AVG_SQ);

    private static final int CHUNK_ELEMENTS = 1 << 18;

    private final Store store;
    private final String directory;
    private final CheckpointManifest manifest;

    public CheckpointReader(Store store, String directory, CheckpointManifest manifest) {
        this.store = store;
        this.directory = directory;
        this.manifest = manifest;
    }

    /** Takes a vector's elements piece by piece, in order. */
    @FunctionalInterface
    public interface Sink {
        /**
         * @param offset of the first element in the flat vector
         * @param bytes little-endian float32; valid during the call
         */
        void accept(long offset, ByteBuffer bytes) throws IOException;
    }

    /**
     * Names of a file's vectors, in its order.
     *
     * @param kept by the optimizer
     */
    public static List<String> vectors(List<StateVector> kept) {
        List<String> names = new ArrayList<>();
        names.add(PARAM);
        kept.forEach(part -> names.add(part.vector()));
        return names;
    }

    /** Updates that led to it: steps that were not skipped. */
    public int updates() {
        return manifest.step() - manifest.skippedSteps();
    }

    /** Whether the files of this checkpoint have a vector. */
    public boolean has(StateVector vector) throws IOException {
        String path = directory + "/" + manifest.shards().get(0).file();
        try (Store.RandomReader file = store.openRandom(path)) {
            return Safetensors.readHeader(file, path).tensors().containsKey(vector.vector());
        }
    }

    /** Streams elements [offset, offset + length) of one vector. */
    public void read(String vector, long offset, long length, Sink sink) throws IOException {
        byte[] chunk = new byte[CHUNK_ELEMENTS * Float.BYTES];
        long at = offset;
        for (CheckpointManifest.Shard shard : manifest.shards()) {
            long end = Math.min(offset + length, shard.offset() + shard.length());
            if (at < shard.offset() || at >= end) {
                continue;
            }
            at = readShard(shard, vector, at, end, chunk, sink);
        }
        requireEnd(at, offset + length);
    }

    private long readShard(CheckpointManifest.Shard shard, String vector, long from, long end, byte[] chunk, Sink sink)
            throws IOException {
        String path = directory + "/" + shard.file();
        try (Store.RandomReader file = store.openRandom(path)) {
            Safetensors header = Safetensors.readHeader(file, path);
            Safetensors.Tensor tensor = header.tensors().get(vector);
            if (tensor == null
                    || tensor.elements() != shard.length()
                    || !tensor.dtype().equals("F32")) {
                throw WeftException.invalidData(
                        path + ": " + vector + " is missing or of another length: expected=" + shard.length(),
                        "the file belongs to another checkpoint; take another one");
            }
            long base = header.dataStart() + tensor.begin();
            long at = from;
            while (at < end) {
                int count = (int) Math.min(CHUNK_ELEMENTS, end - at);
                file.readFully(base + (at - shard.offset()) * Float.BYTES, chunk, 0, count * Float.BYTES);
                sink.accept(at, ByteBuffer.wrap(chunk, 0, count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN));
                at += count;
            }
            return at;
        }
    }

    /**
     * Streams elements [offset, offset + length) of several vectors and compares each file that they are in, as it is
     * read, with the SHA-256 in the manifest. What the sinks were given counts only when this returns. A file is read
     * once, and to its end, whatever part of it is asked for.
     *
     * @param sinks by the names of vectors
     */
    public void readVerified(long offset, long length, Map<String, Sink> sinks) throws IOException {
        long at = offset;
        for (CheckpointManifest.Shard shard : manifest.shards()) {
            long end = Math.min(offset + length, shard.offset() + shard.length());
            if (at >= shard.offset() && at < end) {
                new VerifiedShard(store, directory, shard).read(at, end, sinks);
                at = end;
            }
        }
        requireEnd(at, offset + length);
    }

    private void requireEnd(long at, long expected) {
        if (at != expected) {
            throw WeftException.invalidData(
                    directory + ": the shards end at element " + at + " expected=" + expected,
                    "the manifest does not cover the parameters; take another checkpoint");
        }
    }

    /**
     * SHA-256 of the float32 little-endian parameter vector in layout order, in hex. Every file, with what the optimizer
     * keeps, is compared with its own SHA-256 in the manifest on the way.
     */
    public String paramsSha256() throws IOException {
        return paramsSha256((offset, bytes) -> {});
    }

    /**
     * The same, for who wants to see the parameters as they pass.
     *
     * @param beside what it was given counts only when this returns
     */
    public String paramsSha256(Sink beside) throws IOException {
        MessageDigest digest = Sha256.digest();
        readVerified(0, manifest.parameters(), Map.of(PARAM, (offset, bytes) -> {
            beside.accept(offset, bytes.duplicate().order(bytes.order()));
            digest.update(bytes);
        }));
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Streams all parameters, in order, and compares them as they are read with the SHA-256 in the manifest; what the
     * optimizer keeps is not read. What the sink was given counts only when this returns.
     */
    public void readParameters(Sink sink) throws IOException {
        MessageDigest digest = Sha256.digest();
        read(PARAM, 0, manifest.parameters(), (offset, bytes) -> {
            digest.update(bytes.duplicate());
            sink.accept(offset, bytes);
        });
        String actual = HexFormat.of().formatHex(digest.digest());
        if (!actual.equals(manifest.paramsSha256())) {
            throw WeftException.invalidData(
                    directory + " is damaged: the parameters have another SHA-256 than its manifest says: actual="
                            + actual + " expected=" + manifest.paramsSha256(),
                    "restore its files from a copy, or take another checkpoint");
        }
    }

    /** Everything that is wrong with the files: missing, of another length, of another content. Empty if all is well. */
    public List<String> verify() throws IOException {
        List<String> problems = new ArrayList<>();
        for (CheckpointManifest.Shard shard : manifest.shards()) {
            verify(shard, problems);
        }
        return problems;
    }

    private void verify(CheckpointManifest.Shard shard, List<String> problems) throws IOException {
        MessageDigest digest = Sha256.digest();
        long bytes = 0;
        try (InputStream in = new DigestInputStream(store.open(directory + "/" + shard.file()), digest)) {
            byte[] chunk = new byte[CHUNK_ELEMENTS];
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                bytes += read;
            }
        } catch (FileNotFoundException e) {
            problems.add(shard.file() + " is missing");
            return;
        } catch (IOException e) {
            if (UnreachableStorage.explain(e) != null) {
                throw e; // Says nothing of the file.
            }
            problems.add(shard.file() + " cannot be read: " + e.getMessage());
            return;
        }
        if (bytes != shard.bytes()) {
            problems.add(shard.file() + " has another length: actual=" + bytes + " expected=" + shard.bytes());
        } else if (!HexFormat.of().formatHex(digest.digest()).equals(shard.sha256())) {
            problems.add(shard.file() + " has another SHA-256 than the manifest says");
        }
    }
}
