package org.weft.core.protocol;

/** The two kinds of long tasks of a run. */
public enum Role {
    WORKER,
    SERVER;

    /** {@code worker 3}, {@code server 0}: how members are named wherever a person reads of them. */
    public String name(int id) {
        return (this == WORKER ? "worker " : "server ") + id;
    }
}
