package org.weft.hub;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.Store;

/**
 * A directory that an export fills, whole or not at all, and the SHA-256 of each file that it wrote. A file appears under its
 * name when it is whole. For one thread.
 */
public final class ExportDirectory {
    private static final int BUFFER = 1 << 16;

    private final Store store;
    private final String path;
    private final EmptyDirectory target;
    private final List<String> written = new ArrayList<>();
    private final SortedMap<String, String> digests = new TreeMap<>();

    /** Writes what is in a file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private ExportDirectory(Store store, String path, EmptyDirectory target) {
        this.store = store;
        this.path = path;
        this.target = target;
    }

    /**
     * A directory that is empty or not there.
     *
     * @throws WeftException where anything stands there already
     */
    public static ExportDirectory require(Store store, String path) throws IOException {
        return new ExportDirectory(store, path, EmptyDirectory.require(store, path));
    }

    /** Where it is. */
    public String path() {
        return path;
    }

    /** SHA-256 of what was written so far, by name. */
    public SortedMap<String, String> digests() {
        return Collections.unmodifiableSortedMap(digests);
    }

    /** Writes a small file. */
    public void write(String name, byte[] content) throws IOException {
        note(name);
        digests.put(name, Sha256.hex(content));
        store.write(path + "/" + name, content);
        removeChecksum(name);
    }

    /** Writes a file of any size. */
    public void write(String name, Content content) throws IOException {
        note(name);
        MessageDigest sha256 = Sha256.digest();
        try (AtomicOutput file = store.create(path + "/" + name)) {
            OutputStream out = new BufferedOutputStream(new DigestOutputStream(file, sha256), BUFFER);
            content.writeTo(out);
            out.flush();
            file.commit();
        }
        digests.put(name, HexFormat.of().formatHex(sha256.digest()));
        removeChecksum(name);
    }

    /** Removes what was written before {@code failure}. */
    public void restore(Throwable failure) {
        target.restore(written, failure);
    }

    private void note(String name) {
        int folder = name.indexOf('/');
        if (folder > 0) {
            written.add(name.substring(0, folder));
        }
        written.add(name);
    }

    /**
     * On a local disk Hadoop keeps checksums in hidden files. Here others take over: who edits config.json must not find
     * it called damaged, and who uploads the directory wants the model alone.
     */
    private void removeChecksum(String name) throws IOException {
        int at = name.lastIndexOf('/') + 1;
        store.delete(path + "/" + name.substring(0, at) + "." + name.substring(at) + ".crc");
    }
}
