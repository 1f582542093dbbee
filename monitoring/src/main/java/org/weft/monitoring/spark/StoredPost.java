package org.weft.monitoring.spark;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.apache.spark.util.kvstore.KVIndex;

/** A {@link RunPosted} in the History Server's store, which may be on disk, in the order of the log. */
public final class StoredPost {
    @KVIndex
    @JsonProperty
    public final long id;

    @JsonProperty
    public final long run;

    @JsonProperty
    public final String kind;

    @JsonProperty
    public final String text;

    @JsonCreator
    public StoredPost(
            @JsonProperty("id") long id,
            @JsonProperty("run") long run,
            @JsonProperty("kind") String kind,
            @JsonProperty("text") String text) {
        this.id = id;
        this.run = run;
        this.kind = kind;
        this.text = text;
    }
}
