package org.weft.core.config;

import java.io.Serializable;

/** How the parameter server's shards are kept. */
public record ServersConfig(
        @Doc(
                "Copies of each shard, on executors of their own where Spark has several: 1, or 2 for a backup that applies every update too and "
                        + "takes over within seconds; without it a lost shard costs a replay from the last checkpoint.")
        int replicas)
        implements Serializable {

    static ServersConfig defaults() {
        return new ServersConfig(1);
    }

    void validate(Problems problems) {
        problems.require(replicas == 1 || replicas == 2, "servers.replicas=%d must be 1 or 2", replicas);
    }
}
