package org.weft.core.tokens;

import java.io.Serializable;
import java.util.List;

/**
 * Training or validation: its shards in order.
 *
 * @param textBytes UTF-8 bytes of all its documents, for bits per byte
 */
public record CorpusSplit(List<CorpusShard> shards, long textBytes) implements Serializable {
    public CorpusSplit {
        shards = List.copyOf(shards);
    }

    /** Splits one after the other, as one. */
    static CorpusSplit joined(List<CorpusSplit> parts) {
        return new CorpusSplit(
                parts.stream().flatMap(part -> part.shards().stream()).toList(),
                parts.stream().mapToLong(CorpusSplit::textBytes).sum());
    }

    public long tokens() {
        return shards.stream().mapToLong(CorpusShard::tokens).sum();
    }

    public long documents() {
        return shards.stream().mapToLong(CorpusShard::documents).sum();
    }
}
