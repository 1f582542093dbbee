package org.weft.core.config;

import java.io.Serializable;

/** Identity of a run. */
public record RunConfig(
        @Doc("A name for logs and the Spark application.") String name,

        @Doc("The run's directory on any Hadoop file system: corpus, checkpoints, metrics.")
        String dir,

        @Doc("The one seed: initial parameters, sample order, dropout and sampling derive from it.")
        long seed)
        implements Serializable {

    static RunConfig defaults() {
        return new RunConfig("weft", "", 42);
    }

    void validate(Problems problems) {
        problems.require(!dir.isBlank(), "run.dir is not set; give a directory such as hdfs:///weft/%s", name);
        problems.require(!name.isBlank(), "run.name is empty");
    }

    public String corpusDir() {
        return dir + "/corpus";
    }

    public String checkpointsDir() {
        return dir + "/checkpoints";
    }
}
