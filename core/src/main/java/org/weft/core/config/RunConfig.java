package org.weft.core.config;

import java.io.Serializable;
import org.weft.core.storage.RunDirectory;

/** Identity of a run. */
public record RunConfig(
        @Doc("A name for logs and the Spark application.") String name,

        @Doc("The run's directory on any Hadoop file system: corpus, checkpoints, metrics.")
        String dir,

        @Doc("The corpus's directory, for runs that share one; empty for run.dir/corpus.")
        String corpus,

        @Doc("The one seed: initial parameters, sample order, dropout and sampling derive from it.")
        long seed,

        @Doc("Seconds without a sign of life after which another driver may take over a run.")
        int leaseSeconds)
        implements Serializable {

    static RunConfig defaults() {
        return new RunConfig("weft", "", "", 42, 20);
    }

    void validate(Problems problems) {
        problems.require(!dir.isBlank(), "run.dir is not set; give a directory such as hdfs:///weft/%s", name);
        problems.require(!name.isBlank(), "run.name is empty");
        problems.require(leaseSeconds >= 2, "run.lease_seconds=%d must be at least 2", leaseSeconds);
    }

    /** Where everything of the run lies. */
    public RunDirectory directory() {
        RunDirectory own = RunDirectory.of(dir);
        return corpus.isBlank() ? own : new RunDirectory(dir, corpus);
    }
}
