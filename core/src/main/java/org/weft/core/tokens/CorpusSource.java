package org.weft.core.tokens;

import java.io.Serializable;

/**
 * One of the sources of a corpus, with token shards of its own.
 *
 * @param name as the configuration has it; the names of its shards begin with it
 * @param weight of the source in a mixture, beside the others' weights
 * @param tokenBudget training tokens that a run draws of it at most; 0 for no such bound
 */
public record CorpusSource(String name, double weight, long tokenBudget, CorpusSplit train, CorpusSplit val)
        implements Serializable {}
