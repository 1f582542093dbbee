package org.weft.corpus;

import java.io.IOException;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.storage.Store;
import org.weft.corpus.text.Tally;
import scala.Tuple2;

/**
 * What was found in the parts of one source: what the text steps counted and their examples, and bad records. Parts may be
 * many and each have many examples, so that executors make one of them all before the driver has any.
 */
record PartFindings(Tally tally, BadRecords bad) implements Serializable {
    private static final int BAD_SHOWN = 1000;

    /** Tasks for each of the cluster's cores: a part's facts are a small file's end. */
    private static final int TASKS = 4;

    PartFindings() {
        this(new Tally(), new BadRecords(BAD_SHOWN));
    }

    /** By source. */
    static Map<Integer, PartFindings> of(
            JavaSparkContext spark, Store store, String directory, List<ReadStage.Done> parts) {
        int tasks = Math.max(1, Math.min(parts.size(), TASKS * spark.defaultParallelism()));
        return new HashMap<>(spark.parallelize(parts, tasks)
                .mapToPair(part -> new Tuple2<>(part.source(), part.file()))
                .aggregateByKey(
                        new PartFindings(),
                        1,
                        (all, file) -> all.with(PartFile.facts(store, directory + "/" + file)),
                        PartFindings::with)
                .collectAsMap());
    }

    PartFindings with(PartFacts facts) throws IOException {
        tally.merge(facts.counted());
        bad.merge(facts.bad(), facts.badShown());
        return this;
    }

    PartFindings with(PartFindings others) {
        tally.merge(others.tally);
        bad.merge(others.bad.count(), others.bad.shown());
        return this;
    }
}
