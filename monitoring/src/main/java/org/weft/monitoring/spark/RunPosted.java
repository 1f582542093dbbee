package org.weft.monitoring.spark;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * What an application's event log has of a run, one event a record. Spark writes and reads it by Jackson, under this class's
 * name: name and keys are a format.
 */
@JsonAutoDetect(
        getterVisibility = JsonAutoDetect.Visibility.NONE,
        isGetterVisibility = JsonAutoDetect.Visibility.NONE,
        fieldVisibility = JsonAutoDetect.Visibility.NONE)
public final class RunPosted implements SparkListenerEvent {
    /** The run begins: {@link #text} is its description in JSON. */
    static final String OPENED = "opened";
    /** A line of {@code metrics.jsonl}. */
    static final String RECORD = "record";
    /** The run's process ends: {@link #text} is the word of how. */
    static final String CLOSED = "closed";

    @JsonProperty
    private final long run;

    @JsonProperty
    private final String kind;

    @JsonProperty
    private final String text;

    /**
     * @param run number within the application, which may train several
     */
    @JsonCreator
    public RunPosted(
            @JsonProperty("run") long run, @JsonProperty("kind") String kind, @JsonProperty("text") String text) {
        this.run = run;
        this.kind = kind;
        this.text = text;
    }

    public long run() {
        return run;
    }

    public String kind() {
        return kind;
    }

    public String text() {
        return text;
    }
}
