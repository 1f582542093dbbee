package org.weft.corpus;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.weft.core.Json;
import org.weft.core.Sha256;
import org.weft.corpus.privacy.Scrubber;
import org.weft.corpus.source.BadRecord;

/**
 * How many records were bad, and some of them: those whose hashes are the smallest, so that which are shown depends neither
 * on the cut nor on the order. Does not grow with the data. For one thread.
 */
final class BadRecords implements Serializable {
    private static final long serialVersionUID = 1L;

    private final int most;
    private final ArrayList<String> regions;
    private final TreeMap<String, BadRecord> shown = new TreeMap<>();
    private transient UnaryOperator<String> examples; // made where the first is found
    private long count;

    /**
     * @param most that are shown
     * @param regions whose telephone numbers are scrubbed besides those of large ones
     */
    BadRecords(int most, List<String> regions) {
        this.most = most;
        this.regions = new ArrayList<>(regions);
    }

    /** For records that nothing is shown of, or that were scrubbed. */
    BadRecords(int most) {
        this(most, List.of());
    }

    /** Counts one; what is shown of it is scrubbed, for whoever looks for a fault need not see whom it is about. */
    void add(BadRecord record) {
        if (examples == null) {
            examples = Scrubber.ofExamples(regions).texts();
        }
        count++;
        show(record.showing(examples.apply(record.sample())));
    }

    /** Takes in what was found elsewhere. */
    void merge(long others, List<BadRecord> examples) {
        count += others;
        examples.forEach(this::show);
    }

    private void show(BadRecord record) {
        try {
            byte[] json = Json.RECORDS.writeValueAsString(record).getBytes(StandardCharsets.UTF_8);
            // A record that took the rest of a file with it comes before all others: such a loss is always told.
            shown.put((record.restLost() ? "0" : "1") + Sha256.hex(json), record);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
        if (shown.size() > most) {
            shown.pollLastEntry();
        }
    }

    long count() {
        return count;
    }

    List<BadRecord> shown() {
        return new ArrayList<>(shown.values());
    }
}
