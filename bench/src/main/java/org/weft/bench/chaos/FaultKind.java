package org.weft.bench.chaos;

/** What can be done to a run. */
public enum FaultKind {
    /** kill -9 of an executor that holds a worker. */
    KILL_WORKER(Shape.SPLIT, 0),
    /** kill -9 of an executor that holds a server. */
    KILL_SERVER(Shape.SPLIT, 0),
    /** kill -9 of an executor that holds a worker and a server. */
    KILL_BOTH(Shape.JOINT, 0),
    /** kill -9 of the driver, which is then started again with --resume. */
    KILL_DRIVER(null, 0),
    /** SIGSTOP of an executor, later SIGCONT. */
    PAUSE_EXECUTOR(null, 20),
    /** An executor that gets no more memory from the system, until it dies of it. */
    OUT_OF_MEMORY(null, 0),
    /** The network cable of an executor, pulled and put back. */
    NETWORK_CUT(null, 15),
    /** One packet in twenty lost, in both directions. */
    PACKET_LOSS(null, 30),
    /** An executor's link at 20 Mbit/s. */
    SLOW_LINK(null, 20),
    /** 100 ms more on the way of every packet that an executor sends or gets. */
    DELAY(null, 20),
    /** kill -9 of one of the DataNodes, later started again. */
    KILL_DATANODE(null, 10),
    /** SIGSTOP of the NameNode, later SIGCONT. */
    STOP_NAMENODE(null, 20),
    /** The disks of all DataNodes filled, later freed. */
    FULL_DISK(null, 20);

    private final Shape needs;
    private final int seconds;

    FaultKind(Shape needs, int seconds) {
        this.needs = needs;
        this.seconds = seconds;
    }

    /** The shape that a run must have for it, or null where any will do. */
    public Shape needs() {
        return needs;
    }

    /** Whether it wants an executor that holds a worker or a server. */
    public boolean hitsExecutor() {
        return switch (this) {
            case KILL_DRIVER, KILL_DATANODE, STOP_NAMENODE, FULL_DISK -> false;
            default -> true;
        };
    }

    /** How long it lasts; 0 where it is done in an instant. */
    public int seconds() {
        return seconds;
    }
}
