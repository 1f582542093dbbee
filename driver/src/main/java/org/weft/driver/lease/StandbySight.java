package org.weft.driver.lease;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;

/**
 * A driver that stands by for a run, as far as the run's directory tells, for those who only look.
 *
 * @param host where it is
 * @param who that is, for people
 */
public record StandbySight(String host, String who) {
    /** One that wrote nothing for so many times the time within which it would have is gone. */
    private static final int SIGNS_UNTIL_GONE = 3;

    /**
     * Those that are there.
     *
     * @param nowMillis since 1970, by the storage's clock as nearly as is known
     */
    public static List<StandbySight> of(Store store, RunDirectory run, long nowMillis) throws IOException {
        List<StandbySight> found = new ArrayList<>();
        for (Store.Entry entry : new LeaseFiles(store, run.lease()).standbys()) {
            StandbyFile.Content content = StandbyFile.read(store, entry.path());
            if (content != null
                    && nowMillis - entry.modifiedMillis() <= SIGNS_UNTIL_GONE * 1000L * content.signSeconds()) {
                DriverPlace driver = content.driver();
                found.add(new StandbySight(driver.host(), driver.since(content.started())));
            }
        }
        return found;
    }
}
