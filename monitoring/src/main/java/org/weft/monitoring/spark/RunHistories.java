package org.weft.monitoring.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.weft.core.Json;
import org.weft.driver.progress.RecordFormat;
import org.weft.driver.progress.RunDescription;

/**
 * The runs of one application, by number: of a live one the newest {@value #MOST_RUNS}, for a notebook may train hundreds. Safe
 * for use by many threads.
 */
final class RunHistories {
    static final int MOST_RUNS = 20;

    private final Map<Long, RunHistory> runs = new TreeMap<>();
    private long last;

    /** A run begins. The oldest makes room for it, one that has ended where there is such a one. */
    synchronized RunHistory open(RunDescription run) {
        if (runs.size() == MOST_RUNS) {
            runs.remove(runs.values().stream()
                    .filter(history -> !history.outcome().isEmpty())
                    .mapToLong(RunHistory::number)
                    .findFirst()
                    .orElseGet(() -> runs.keySet().iterator().next()));
        }
        RunHistory opened = new RunHistory(++last, run);
        runs.put(last, opened);
        return opened;
    }

    synchronized List<RunHistory> all() {
        return new ArrayList<>(runs.values());
    }

    /** Takes what an event log has; what is not understood is of a later version, and passed over. */
    synchronized void take(long number, String kind, String text) {
        if (kind.equals(RunPosted.OPENED)) {
            try {
                runs.put(number, new RunHistory(number, Json.MAPPER.readValue(text, RunDescription.class)));
            } catch (JsonProcessingException later) {
                return;
            }
        }
        RunHistory history = runs.get(number);
        if (history != null && kind.equals(RunPosted.RECORD)) {
            RecordFormat.parse(text).forEach(history::take);
        } else if (history != null && kind.equals(RunPosted.CLOSED)) {
            history.end(text);
        }
    }
}
