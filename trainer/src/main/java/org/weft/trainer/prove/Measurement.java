package org.weft.trainer.prove;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.examples.ExamplesManifest;
import org.weft.core.storage.Store;
import org.weft.core.storage.UnreachableStorage;
import org.weft.core.taught.TeacherLogitsManifest;
import org.weft.core.tokens.TokenShardFormat;
import org.weft.core.tokens.TokenShardReader;
import org.weft.hub.ModelDigest;

/** A digest that one task makes of stored bytes; small enough to travel, and the same wherever it is made. */
sealed interface Measurement extends Serializable {
    int BUFFER_BYTES = 1 << 18;

    /** In hexadecimal. */
    String digest(Store store) throws IOException;

    /**
     * The digest, or why there is none: a file that is missing or cannot be read is a finding like another.
     *
     * @throws IOException where it is the storage that does not answer
     */
    default String found(Store store) throws IOException {
        try {
            return digest(store);
        } catch (FileNotFoundException absent) {
            return Claim.MISSING;
        } catch (EOFException ended) {
            return "cut short";
        } catch (IOException | WeftException failure) {
            if (UnreachableStorage.explain(failure) != null) {
                throw failure;
            }
            return "unreadable: "
                    + String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        }
    }

    /** SHA-256 of a whole file. */
    record WholeFile(String path) implements Measurement {
        @Override
        public String digest(Store store) throws IOException {
            return new Block(path, 0, Long.MAX_VALUE, true).digest(store);
        }
    }

    /**
     * SHA-256 of one block of a file.
     *
     * @param last whether the file ends with it: what comes after is then a part of it, so that a longer file shows
     */
    record Block(String path, long start, long bytes, boolean last) implements Measurement {
        @Override
        public String digest(Store store) throws IOException {
            MessageDigest digest = Sha256.digest();
            byte[] buffer = new byte[BUFFER_BYTES];
            try (InputStream in = store.open(path)) {
                in.skipNBytes(start);
                long left = last ? Long.MAX_VALUE : bytes;
                while (left > 0) {
                    int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                    if (count < 0) {
                        break;
                    }
                    digest.update(buffer, 0, count);
                    left -= count;
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        }
    }

    /** CRC32C of a token shard whose SHA-256 was not recorded. */
    record ShardChecksum(String path) implements Measurement {
        @Override
        public String digest(Store store) throws IOException {
            try (TokenShardReader shard = TokenShardReader.open(store, path)) {
                return TokenShardFormat.checksum(shard.verify());
            }
        }
    }

    /** SHA-256 of the parameters of a checkpoint, in the order of the vector. */
    record Parameters(String directory) implements Measurement {
        @Override
        public String digest(Store store) throws IOException {
            MessageDigest digest = Sha256.digest();
            CheckpointManifest manifest = CheckpointManifest.load(store, directory);
            new CheckpointReader(store, directory, manifest)
                    .read(CheckpointReader.PARAM, 0, manifest.parameters(), (at, bytes) -> digest.update(bytes));
            return HexFormat.of().formatHex(digest.digest());
        }
    }

    /** Fingerprint of a data set whose files are those that its manifest lists. */
    record Examples(String directory) implements Measurement {
        @Override
        public String digest(Store store) throws IOException {
            ExamplesManifest manifest = ExamplesManifest.load(store, directory);
            List<String> problems = manifest.verify(store, directory);
            return problems.isEmpty() ? manifest.fingerprint() : "damaged: " + String.join("; ", problems);
        }
    }

    /** SHA-256 of what decides what a teacher says: a model's, or that of its logits that were kept. */
    record Teacher(String path) implements Measurement {
        @Override
        public String digest(Store store) throws IOException {
            return TeacherLogitsManifest.exists(store, path)
                    ? TeacherLogitsManifest.load(store, path).sha256()
                    : ModelDigest.at(store, path);
        }
    }
}
