package org.weft.dl4j;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.SparkContext;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.deeplearning4j.spark.stats.BaseEventStats;
import org.deeplearning4j.spark.stats.EventStats;
import org.deeplearning4j.spark.stats.StatsUtils;

/** Where the time of fits went, in milliseconds, phase by phase. Owned by the driver's thread. */
final class FitStats implements SparkTrainingStats {
    static final String EXAMPLES = "WriteExamplesTimesMs";
    static final String START = "StartCheckpointTimesMs";
    static final String TRAIN = "TrainTimesMs";
    static final String RESULT = "ReadResultTimesMs";

    private static final long serialVersionUID = 1L;

    private final Map<String, List<EventStats>> events = new LinkedHashMap<>();
    private final Map<String, Long> begun = new HashMap<>();

    FitStats() {
        List.of(EXAMPLES, START, TRAIN, RESULT).forEach(key -> events.put(key, new ArrayList<>()));
    }

    /** A phase that does something and may fail. */
    @FunctionalInterface
    interface Phase<T> {
        T run() throws IOException;
    }

    /** A phase begins; beginning it again starts its time anew. */
    void begin(String key) {
        begun.put(key, System.currentTimeMillis());
    }

    /** A phase ends, if it began. */
    void end(String key) {
        Long start = begun.remove(key);
        if (start != null) {
            events.get(key).add(new BaseEventStats(start, System.currentTimeMillis() - start));
        }
    }

    /** Runs a phase and takes its time. */
    <T> T time(String key, Phase<T> phase) throws IOException {
        begin(key);
        try {
            return phase.run();
        } finally {
            end(key);
        }
    }

    @Override
    public Set<String> getKeySet() {
        return events.keySet();
    }

    @Override
    public List<EventStats> getValue(String key) {
        return events.get(key);
    }

    @Override
    public String getShortNameForKey(String key) {
        return key.replace("TimesMs", "");
    }

    @Override
    public boolean defaultIncludeInPlots(String key) {
        return true;
    }

    @Override
    public void addOtherTrainingStats(SparkTrainingStats other) {
        other.getKeySet().forEach(key -> events.computeIfAbsent(key, any -> new ArrayList<>())
                .addAll(other.getValue(key)));
    }

    @Override
    public SparkTrainingStats getNestedTrainingStats() {
        return null;
    }

    @Override
    public String statsAsString() {
        StringBuilder text = new StringBuilder();
        events.forEach((key, values) -> text.append(String.format(SparkTrainingStats.DEFAULT_PRINT_FORMAT, key))
                .append(StatsUtils.getDurationAsString(values, ","))
                .append('\n'));
        return text.toString();
    }

    @Override
    public void exportStatFiles(String outputPath, SparkContext context) throws IOException {
        for (Map.Entry<String, List<EventStats>> entry : events.entrySet()) {
            StatsUtils.exportStats(entry.getValue(), outputPath, entry.getKey() + ".txt", ",", context);
        }
    }
}
