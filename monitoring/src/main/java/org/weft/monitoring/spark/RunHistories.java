package org.weft.monitoring.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.weft.core.Json;
import org.weft.driver.progress.RecordFormat;
import org.weft.driver.progress.RunDescription;

/** The runs of one application, by number. Safe for use by many threads. */
final class RunHistories {
    private final Map<Long, RunHistory> runs = new TreeMap<>();

    /** A run begins; returns its number. */
    synchronized long open(RunDescription run) {
        long number = runs.size() + 1L;
        runs.put(number, new RunHistory(run));
        return number;
    }

    synchronized RunHistory get(long number) {
        return runs.get(number);
    }

    synchronized List<RunHistory> all() {
        return new ArrayList<>(runs.values());
    }

    /** Takes what an event log has; what is not understood is of a later version, and passed over. */
    synchronized void take(long number, String kind, String text) {
        if (kind.equals(RunPosted.OPENED)) {
            try {
                runs.put(number, new RunHistory(Json.MAPPER.readValue(text, RunDescription.class)));
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
