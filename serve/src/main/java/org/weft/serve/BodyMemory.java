package org.weft.serve;

/**
 * Bytes of bodies that are being received or whose requests are not answered, all connections together. Small bodies are not
 * counted: the bound on connections bounds them too, and who asks little is let in while others send much. Safe for use by many
 * threads.
 */
final class BodyMemory {
    private static final int SMALL = 8192;

    private final long limit;
    private long taken;

    /** @param limit at least the largest body that is taken */
    BodyMemory(long limit) {
        this.limit = limit;
    }

    private static long counted(long bytes) {
        return bytes <= SMALL ? 0 : bytes;
    }

    /** Makes room for a body; false where there is none. */
    synchronized boolean take(long bytes) {
        boolean room = counted(bytes) == 0 || taken + bytes <= limit;
        taken += room ? counted(bytes) : 0;
        return room;
    }

    /** A body for which there was room turned out to be smaller. */
    synchronized void shrink(long from, long to) {
        taken -= counted(from) - counted(to);
    }

    /** A body for which there was room is not needed any more. */
    void give(long bytes) {
        shrink(bytes, 0);
    }
}
