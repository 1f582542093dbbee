package org.weft.core.taught;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.core.taught.TeacherLogitsFormat.Header;
import org.weft.core.taught.TeacherLogitsManifest.File;
import org.weft.core.tokens.MixtureOrder;

/**
 * A teacher's logits, window by window. At most {@value #OPEN} files stay open, those that were read last. Safe for use by many threads;
 * they take turns.
 */
public final class TeacherLogits implements AutoCloseable {
    private static final int OPEN = 64;

    private final Store store;
    private final String directory;
    private final TeacherLogitsManifest manifest;
    private final Map<String, Open> open = new LinkedHashMap<>(16, 0.75f, true); // by name
    private final Map<Integer, NavigableMap<Long, File>> files = new HashMap<>(); // by source, by first window

    /** A file that is being read. */
    private record Open(Store.RandomReader reader, Header header) {}

    /**
     * The likeliest tokens at each place of some windows, the likeliest first; zeros where nothing is to be predicted.
     *
     * @param k tokens at each place
     * @param ids (B T, k)
     * @param logits (B T, k)
     */
    public record Rows(int k, int[] ids, float[] logits) {}

    private TeacherLogits(Store store, String directory, TeacherLogitsManifest manifest) {
        this.store = store;
        this.directory = directory;
        this.manifest = manifest;
        for (File file : manifest.files()) {
            if (file.windows() > 0) {
                files.computeIfAbsent(file.source(), source -> new TreeMap<>()).put(file.first(), file);
            }
        }
    }

    /** Opens a directory; its files are opened when they are read. */
    public static TeacherLogits open(Store store, String directory) throws IOException {
        return new TeacherLogits(store, directory, TeacherLogitsManifest.load(store, directory));
    }

    /** What the teacher said of some windows of the training split, in their order. */
    public synchronized Rows read(List<MixtureOrder.Draw> windows) throws IOException {
        int each = manifest.made().context() * manifest.made().topK();
        Rows rows = new Rows(manifest.made().topK(), new int[each * windows.size()], new float[each * windows.size()]);
        for (int b = 0; b < windows.size(); b++) {
            read(windows.get(b), b * each, rows);
        }
        return rows;
    }

    private void read(MixtureOrder.Draw place, int at, Rows rows) throws IOException {
        File file = fileOf(place);
        Open found = opened(file);
        long window = place.sample() - file.first();
        byte[] record = new byte[found.header.recordBytes()];
        try {
            found.reader.readFully(found.header.position(window), record, 0, record.length);
        } catch (EOFException e) {
            throw WeftException.invalidData(
                    directory + "/" + file.file() + " was cut short while it was read",
                    "run teacher-logits again, into another directory");
        }
        TeacherLogitsFormat.decode(record, directory + "/" + file.file(), window, at, rows.ids(), rows.logits());
    }

    private File fileOf(MixtureOrder.Draw place) {
        NavigableMap<Long, File> ofSource = files.getOrDefault(place.source(), Collections.emptyNavigableMap());
        Map.Entry<Long, File> found = ofSource.floorEntry(place.sample());
        if (found != null && place.sample() < found.getKey() + found.getValue().windows()) {
            return found.getValue();
        }
        throw WeftException.invalidData(
                directory + " has no logits of window " + place.sample() + " of source " + place.source(),
                "run teacher-logits again on the corpus that the run has");
    }

    private Open opened(File file) throws IOException {
        Open known = open.get(file.file());
        if (known != null) {
            return known;
        }
        if (open.size() == OPEN) {
            String eldest = open.keySet().iterator().next();
            open.remove(eldest).reader().close();
        }
        String path = directory + "/" + file.file();
        Store.RandomReader reader = store.openRandom(path);
        try {
            byte[] head = new byte[TeacherLogitsFormat.HEADER_BYTES];
            reader.readFully(0, head, 0, head.length);
            Header header = TeacherLogitsFormat.decode(head, path, reader.length());
            requireAsListed(file, header, path);
            Open made = new Open(reader, header);
            open.put(file.file(), made);
            return made;
        } catch (IOException | RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    private void requireAsListed(File file, Header header, String path) {
        Header listed = new Header(manifest.made().topK(), manifest.made().context(), file.windows());
        if (!header.equals(listed)) {
            throw WeftException.invalidData(
                    path + " is not what its manifest says: expected=" + listed + " actual=" + header,
                    "files of two directories are mixed; run teacher-logits again, into another directory");
        }
    }

    @Override
    public synchronized void close() throws IOException {
        for (Open each : new ArrayList<>(open.values())) {
            each.reader().close();
        }
        open.clear();
    }
}
