package org.weft.driver.lease;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.core.storage.Store;

/**
 * The leases of one run: a file a term, {@code term-00000003.json}, of which the newest is the one that counts. A term's
 * file is made once, by {@link Store#createNew}, and written by its maker alone; so no driver can ever write over
 * another's, however long it slept between looking and writing.
 */
record LeaseFiles(Store store, String directory) {
    private static final Pattern NAME = Pattern.compile("term-(\\d{8})\\.json");

    /**
     * The newest term's file.
     *
     * @param record null where the bytes are none
     */
    record Seen(int term, byte[] bytes, LeaseRecord record) {
        boolean sameAs(Seen other) {
            return other != null && term == other.term && Arrays.equals(bytes, other.bytes);
        }

        boolean released() {
            return record != null && record.released();
        }

        /** Whether somebody asked the run to end. */
        boolean stops() {
            return record != null && record.stops();
        }

        boolean isOwnedBy(String owner) {
            return record != null && record.owner().equals(owner);
        }

        String who() {
            return record == null ? "a driver whose lease, term " + term + ", cannot be read" : record.who();
        }
    }

    /** A term's file; null where there is none. */
    Seen at(int term) throws IOException {
        try {
            byte[] bytes = store.readAll(path(term));
            return new Seen(term, bytes, LeaseRecord.parse(bytes));
        } catch (FileNotFoundException e) {
            return null;
        }
    }

    /** Null where nobody ever drove this run. */
    Seen newest() throws IOException {
        for (int attempt = 0; attempt < 10; attempt++) {
            int term = newestTerm();
            if (term == 0) {
                return null;
            }
            Seen seen = at(term);
            if (seen != null) {
                return seen;
            } // Given back, or being renewed where a rename takes two steps.
        }
        throw new FileNotFoundException(directory + ": each newest term vanished as it was read");
    }

    private int newestTerm() throws IOException {
        return terms().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    private List<Integer> terms() throws IOException {
        return store.list(directory).stream()
                .map(entry -> NAME.matcher(entry.name()))
                .filter(Matcher::matches)
                .map(matcher -> Integer.valueOf(matcher.group(1)))
                .toList();
    }

    /** False where another driver has this term. */
    boolean create(LeaseRecord record) throws IOException {
        return store.createNew(path(record.term()), record.toBytes());
    }

    /** For the owner alone. */
    void write(LeaseRecord record) throws IOException {
        store.replace(path(record.term()), record.toBytes());
    }

    void delete(int term) throws IOException {
        store.delete(path(term));
    }

    /** Files of those who stand by for this run, and of those who did and were killed. */
    List<Store.Entry> standbys() throws IOException {
        return store.list(directory).stream()
                .filter(entry -> entry.name().startsWith(StandbyFile.PREFIX))
                .toList();
    }

    /** Removes the leases' directory, and the run's, where they hold nothing: a run that never began leaves no trace. */
    void deleteEmptyDirectories() throws IOException {
        store.deleteEmpty(directory);
        int parent = directory.lastIndexOf('/');
        if (parent > 0) {
            store.deleteEmpty(directory.substring(0, parent));
        }
    }

    /** Removes what earlier terms left. */
    void deleteBefore(int term) throws IOException {
        for (int earlier : terms()) {
            if (earlier < term) {
                delete(earlier);
            }
        }
    }

    String path(int term) {
        return directory + "/" + String.format(Locale.ROOT, "term-%08d.json", term);
    }
}
