package org.weft.corpus.source;

import com.github.luben.zstd.ZstdInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.Locale;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/** The bytes of a split's file, and what is said where they cannot be had. */
record InputText(Store store, InputSplit split, TextEncoding encoding) {

    private static final List<String> ZSTD = List.of(".zst", ".zstd");

    /** Whether a file can be read from its beginning only, for it has to be unpacked. */
    static boolean packed(Store store, String path) {
        return zstd(path) || store.compressed(path);
    }

    private static boolean zstd(String path) {
        String name = path.toLowerCase(Locale.ROOT);
        return ZSTD.stream().anyMatch(name::endsWith);
    }

    /** The bytes as they lie in the storage. */
    InputStream openRaw() throws IOException {
        return StorageFailure.marking(store.open(split.path()));
    }

    /** Unpacked, in whatever encoding they have. */
    InputStream openAsStored() throws IOException {
        if (!packed()) {
            return openRaw();
        }
        if (isEmpty()) {
            return InputStream.nullInputStream(); // what somebody touched is no damage
        }
        try {
            // Hadoop's own codec of zstd wants a native library of Hadoop's.
            return zstd(split.path())
                    ? new ZstdInputStream(openRaw()).setContinuous(false)
                    : store.decompressing(split.path(), openRaw());
        } catch (IOException damaged) {
            throw failed(damaged, 0);
        }
    }

    /** Whether the file has no byte. */
    boolean isEmpty() throws IOException {
        try (InputStream in = openRaw()) {
            return in.read() < 0;
        }
    }

    /** As UTF-8, unpacked, from some byte on; of an encoding other than UTF-8 from the beginning alone. */
    InputStream open(long from) throws IOException {
        InputStream in = openAsStored();
        try {
            in.skipNBytes(from);
        } catch (EOFException shorter) {
            in.close();
            throw WeftException.invalidData(
                    "input changed while it was read: file=" + split.path() + " is now shorter than " + from + " bytes",
                    "run prepare again when nobody writes to the file");
        } catch (IOException failure) {
            in.close();
            throw failure;
        }
        return encoding.utf8() ? in : new Utf8Stream(in, encoding.charset());
    }

    private boolean packed() {
        return packed(store, split.path());
    }

    /** What to throw for a failure of the stream. */
    IOException failed(IOException failure, long line) {
        if (failure instanceof CharacterCodingException) {
            throw WeftException.invalidData(
                    "input is not " + encoding.name() + ": file=" + split.path() + " after line " + line,
                    "name the file's encoding with " + encoding.key() + ", now " + encoding.name());
        }
        if (packed() && !StorageFailure.isWithin(failure)) {
            throw WeftException.invalidData(
                    "cannot unpack: file=" + split.path() + " after line " + line + ": " + failure.getMessage(),
                    "the compressed file is damaged or cut short: test it with gzip -t, or bzip2 -t");
        }
        return failure;
    }

    /** What to throw for bytes that a reader of their format cannot take. */
    IOException damaged(String what, IOException fault) {
        return damaged(what, "file=" + split.path(), fault);
    }

    IOException damaged(String what, String where, Exception fault) {
        if (fault instanceof IOException failure && StorageFailure.isWithin(failure)) {
            return failure;
        }
        throw WeftException.invalidData(
                what + ": " + where + ": " + fault.getMessage(), "take another copy of the file, or leave it out");
    }

    /**
     * The first byte that is neither white space nor of a byte order mark; 0 where there is none soon.
     *
     * @param most bytes that are looked at
     */
    byte first(int most) throws IOException {
        try (InputStream in = open(0)) {
            for (byte b : in.readNBytes(most)) {
                if (b > ' ' || (b < 0 && b != (byte) 0xEF && b != (byte) 0xBB && b != (byte) 0xBF)) {
                    return b;
                }
            }
            return 0;
        } catch (IOException failure) {
            throw failed(failure, 0);
        }
    }
}
