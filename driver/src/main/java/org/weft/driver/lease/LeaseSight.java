package org.weft.driver.lease;

import java.io.IOException;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;

/**
 * Who drives a run, as far as its directory tells, for those who only look: nothing is taken, written or waited for. Whether
 * a driver is alive shows in two looks that differ.
 *
 * @param term counts the run's drivers
 * @param sequence counts this one's signs of life
 * @param who that is, for people
 * @param leaseSeconds within which a driver that lives gives another sign
 * @param released whether it ended and gave the run back
 */
public record LeaseSight(int term, long sequence, String who, int leaseSeconds, boolean released) {

    /** Null where nobody ever drove this run. */
    public static LeaseSight of(Store store, RunDirectory run) throws IOException {
        LeaseFiles.Seen seen = new LeaseFiles(store, run.lease()).newest();
        if (seen == null) {
            return null;
        }
        LeaseRecord record = seen.record();
        return record == null
                ? new LeaseSight(seen.term(), 0, seen.who(), 0, false)
                : new LeaseSight(seen.term(), record.sequence(), seen.who(), record.leaseSeconds(), record.released());
    }
}
