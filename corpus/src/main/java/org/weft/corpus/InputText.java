package org.weft.corpus;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/** The bytes of a split's file as UTF-8, unpacked, and what is said where they cannot be had. */
record InputText(Store store, InputSplit split, TextEncoding encoding) {

    /** From some byte on; of an encoding other than UTF-8 from the beginning alone. */
    InputStream open(long from) throws IOException {
        InputStream in = packed() ? store.openDecompressed(split.path()) : store.open(split.path());
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
        return store.compressed(split.path());
    }

    /** What to throw for a failure of the stream. */
    IOException failed(IOException failure, long line) {
        if (failure instanceof CharacterCodingException) {
            throw WeftException.invalidData(
                    "input is not " + encoding.name() + ": file=" + split.path() + " after line " + line,
                    "name the file's encoding with " + encoding.key() + ", now " + encoding.name());
        }
        if (packed()) {
            throw WeftException.invalidData(
                    "cannot unpack: file=" + split.path() + " after line " + line + ": " + failure.getMessage(),
                    "the compressed file is damaged or cut short: test it with gzip -t, or bzip2 -t");
        }
        return failure;
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
