package org.weft.driver.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.checkpoint.Safetensors;
import org.weft.core.optim.Optimizer;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;

/**
 * A checkpoint with parameters from elsewhere: what a run starts from that does not begin with fresh parameters. What the
 * optimizer keeps is zero where nobody gives it. Streamed; the manifest comes last, after the parameters were read back.
 * For one thread.
 */
public final class InitialCheckpoint {
    /** Parameters of one file: whole buckets, 256 MiB a vector, so that servers need not read much that is not theirs. */
    private static final long FILE_PARAMETERS = 64L * Bucket.ELEMENTS;

    private static final int GENERATION = 1;
    private static final byte[] ZEROS = new byte[1 << 20];

    private final Store store;
    private final String directory;
    private final RunIdentity identity;
    private final int step;
    private final ParameterLayout layout;
    private final List<String> vectors;
    private final Map<String, Source> sources;
    private final MessageDigest parameters = Sha256.digest();

    /** Where the parameters come from. */
    @FunctionalInterface
    public interface Source {
        /** Hands elements [offset, offset + length) of the flat vector to the sink, in order, without gaps. */
        void read(long offset, long length, CheckpointReader.Sink sink) throws IOException;
    }

    private InitialCheckpoint(
            Store store, RunDirectory run, RunIdentity identity, int step, Map<String, Source> sources) {
        this.store = store;
        this.directory = run.step(step);
        this.identity = identity;
        this.step = step;
        this.layout = identity.layout();
        this.vectors = CheckpointReader.vectors(Optimizer.keptByServers(identity.config()));
        this.sources = sources;
    }

    /**
     * Writes and commits a checkpoint of step 0 whose moments are zero.
     *
     * @throws WeftException where what was read back is not what was written; nothing is committed then
     */
    public static Checkpoint write(Store store, RunDirectory run, RunIdentity identity, Source source)
            throws IOException {
        return write(store, run, identity, 0, Map.of(CheckpointReader.PARAM, source));
    }

    /**
     * Writes and commits a run's checkpoint of that step.
     *
     * @param step the parameters' version
     * @param sources by the names of vectors, the parameters among them; the others are zero
     * @throws WeftException where what was read back is not what was written; nothing is committed then
     */
    public static Checkpoint write(
            Store store, RunDirectory run, RunIdentity identity, int step, Map<String, Source> sources)
            throws IOException {
        return new InitialCheckpoint(store, run, identity, step, sources).write();
    }

    private Checkpoint write() throws IOException {
        int files = Math.toIntExact((layout.size() + FILE_PARAMETERS - 1) / FILE_PARAMETERS);
        List<CheckpointManifest.Shard> shards = new ArrayList<>();
        for (int file = 0; file < files; file++) {
            shards.add(write(file, files));
        }
        RunIdentity.Version version = new RunIdentity.Version(step, 0, 0, GENERATION, Map.of());
        String written = HexFormat.of().formatHex(parameters.digest());
        SparsityCount zeros = new SparsityCount(identity);
        String readBack = new CheckpointReader(store, directory, identity.manifest(version, shards, written, null))
                .paramsSha256(zeros);
        if (!readBack.equals(written)) {
            throw WeftException.failed(
                    directory + ": other parameters were read back than were written: sha256=" + readBack + " expected="
                            + written,
                    "the storage or this machine's memory is damaged");
        }
        CheckpointManifest manifest = identity.manifest(version, shards, written, zeros.share());
        manifest.save(store, directory);
        return new Checkpoint(directory, manifest);
    }

    private CheckpointManifest.Shard write(int file, int files) throws IOException {
        long offset = file * FILE_PARAMETERS;
        long length = Math.min(FILE_PARAMETERS, layout.size() - offset);
        String name = RunDirectory.shardName(file, files, GENERATION);
        byte[] header = header(offset, length);
        MessageDigest digest = Sha256.digest();
        try (AtomicOutput out = store.create(directory + "/" + name)) {
            OutputStream digested = new DigestOutputStream(out, digest);
            digested.write(header);
            for (String vector : vectors) {
                Source source = sources.get(vector);
                if (source == null) {
                    writeZeros(digested, length * Float.BYTES);
                } else {
                    boolean hashed = vector.equals(CheckpointReader.PARAM);
                    write(source, hashed ? new DigestOutputStream(digested, parameters) : digested, offset, length);
                }
            }
            out.commit();
        }
        long bytes = header.length + vectors.size() * length * Float.BYTES;
        String sha256 = HexFormat.of().formatHex(digest.digest());
        return new CheckpointManifest.Shard(name, offset, length, bytes, sha256);
    }

    private byte[] header(long offset, long length) throws IOException {
        Map<String, String> metadata = Map.of(
                "format", "weft",
                "offset", Long.toString(offset),
                "length", Long.toString(length),
                "step", Integer.toString(step));
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        Safetensors.ofVectors(new TreeMap<>(metadata), vectors, length).writeHeader(header);
        return header.toByteArray();
    }

    private static void write(Source source, OutputStream out, long offset, long length) throws IOException {
        long[] next = {offset};
        source.read(offset, length, (at, bytes) -> {
            if (at != next[0]) {
                throw new IllegalStateException("parameters out of order: offset=" + at + " expected=" + next[0]);
            }
            next[0] += bytes.remaining() / Float.BYTES;
            ByteBuffer part = bytes.duplicate();
            byte[] copy = new byte[part.remaining()];
            part.get(copy);
            out.write(copy);
        });
        if (next[0] != offset + length) {
            throw new IllegalStateException("parameters end at " + next[0] + " expected=" + (offset + length));
        }
    }

    private static void writeZeros(OutputStream out, long bytes) throws IOException {
        for (long left = bytes; left > 0; left -= ZEROS.length) {
            out.write(ZEROS, 0, (int) Math.min(ZEROS.length, left));
        }
    }
}
