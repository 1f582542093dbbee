package org.weft.core.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.ChecksumException;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/** One pass over a checkpoint's shard file, which hands out parts of it and compares the whole with the manifest. */
record VerifiedShard(Store store, String directory, CheckpointManifest.Shard shard) {
    private static final int CHUNK_BYTES = 1 << 20;

    /** Elements [from, end) of the flat vectors that the sinks are for. */
    void read(long from, long end, Map<String, CheckpointReader.Sink> sinks) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (InputStream in = new DigestInputStream(store.open(path()), digest)) {
            Safetensors header = Safetensors.readHeader(in, shard.bytes(), path());
            requireVectors(header, sinks);
            List<Map.Entry<String, Safetensors.Tensor>> inOrder = header.tensors().entrySet().stream()
                    .sorted(Comparator.comparingLong(entry -> entry.getValue().begin()))
                    .toList();
            long at = 0;
            for (Map.Entry<String, Safetensors.Tensor> entry : inOrder) {
                Safetensors.Tensor tensor = entry.getValue();
                if (tensor.begin() < at) {
                    throw damaged("tensor " + entry.getKey() + " overlaps the one before it");
                }
                skip(in, tensor.begin() - at);
                stream(in, tensor, from, end, sinks.get(entry.getKey()));
                at = tensor.end();
            }
            skip(in, shard.bytes() - header.dataStart() - at);
            if (in.read() >= 0) {
                throw damaged("it is longer than the manifest says: expected=" + shard.bytes());
            }
        } catch (EOFException e) {
            throw damaged("it is shorter than the manifest says: expected=" + shard.bytes());
        } catch (ChecksumException e) {
            throw damaged(e.getMessage());
        }
        String actual = HexFormat.of().formatHex(digest.digest());
        if (!actual.equals(shard.sha256())) {
            throw damaged("sha256=" + actual + " expected=" + shard.sha256());
        }
    }

    private void requireVectors(Safetensors header, Map<String, CheckpointReader.Sink> sinks) {
        for (String vector : sinks.keySet()) {
            Safetensors.Tensor tensor = header.tensors().get(vector);
            if (tensor == null
                    || tensor.elements() != shard.length()
                    || !tensor.dtype().equals("F32")) {
                throw damaged(vector + " is missing or of another length: expected=" + shard.length());
            }
        }
    }

    private void stream(InputStream in, Safetensors.Tensor tensor, long from, long end, CheckpointReader.Sink sink)
            throws IOException {
        long bytes = tensor.end() - tensor.begin();
        if (sink == null) {
            skip(in, bytes);
            return;
        }
        byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, bytes)];
        for (long at = 0; at < bytes; at += chunk.length) {
            int count = (int) Math.min(chunk.length, bytes - at);
            if (in.readNBytes(chunk, 0, count) < count) {
                throw new EOFException();
            }
            long first = shard.offset() + at / Float.BYTES;
            long wanted = Math.max(first, from);
            long length = Math.min(first + count / Float.BYTES, end) - wanted;
            if (length > 0) {
                int start = (int) (wanted - first) * Float.BYTES;
                ByteBuffer part = ByteBuffer.wrap(chunk, start, (int) length * Float.BYTES);
                sink.accept(wanted, part.slice().order(ByteOrder.LITTLE_ENDIAN));
            }
        }
    }

    /** Reads what is not wanted: the digest is of every byte, and a skip would pass it by. */
    private static void skip(InputStream in, long bytes) throws IOException {
        byte[] ignored = new byte[(int) Math.min(CHUNK_BYTES, bytes)];
        for (long left = bytes; left > 0; ) {
            int read = in.readNBytes(ignored, 0, (int) Math.min(ignored.length, left));
            if (read == 0) {
                throw new EOFException();
            }
            left -= read;
        }
    }

    private String path() {
        return directory + "/" + shard.file();
    }

    private WeftException damaged(String what) {
        return WeftException.invalidData(
                "checkpoint damaged: " + path() + ": " + what,
                "start again with --resume: it takes the newest checkpoint that verifies");
    }
}
