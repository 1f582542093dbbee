package org.weft.serve;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Bytes of answers that wait until their clients read them, all connections together. Where they are more than their bound, who
 * has read nothing for longest is given up. Safe for use by many threads.
 */
final class UnreadAnswers {
    private final long limit;
    private final Map<Reader, Long> unread = new LinkedHashMap<>(); // who has read nothing for longest first
    private long total;

    UnreadAnswers(long limit) {
        this.limit = limit;
    }

    /** Whose answers wait. */
    interface Reader {
        /** Its connection is to be closed, whichever thread says so. */
        void giveUp();
    }

    /** More waits for a reader; one who alone has more than the bound may have it. */
    void written(Reader reader, long bytes) {
        Reader slowest = null;
        synchronized (this) {
            unread.merge(reader, bytes, Long::sum);
            total += bytes;
            if (total > limit && unread.size() > 1) {
                slowest = unread.keySet().iterator().next();
                total -= unread.remove(slowest);
            }
        }
        if (slowest != null) {
            slowest.giveUp();
        }
    }

    /** A reader has taken some of what waited for it, and so is the quickest of all; or it is gone. */
    synchronized void read(Reader reader, long bytes) {
        Long waiting = unread.remove(reader);
        if (waiting == null) {
            return; // It was given up.
        }
        total -= Math.min(bytes, waiting);
        if (waiting > bytes) {
            unread.put(reader, waiting - bytes);
        }
    }

    /** What waits now. */
    synchronized long total() {
        return total;
    }
}
