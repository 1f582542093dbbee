package org.weft.driver.run;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.checkpoint.RunIdentity;

/**
 * Refuses a standby that would change the run: whoever goes on with {@code --resume} may want that, but nobody who waits for a
 * driver's death.
 */
record SameRun(Store store) {

    /**
     * Compares the settings that decide the bits with those that the last driver began with, and the data with those of the newest
     * checkpoint.
     *
     * @throws WeftException where they differ, by name
     */
    void require(Subject subject) throws IOException {
        RunDirectory directory = subject.config().run().directory();
        RunIdentity identity = subject.identity();
        WeftConfig began = began(directory);
        CheckpointManifest newest = new CheckpointResolver(store, notice -> {}).newestManifest(directory);
        Map<String, String> changed = new TreeMap<>();
        if (newest != null) {
            changed.putAll(identity.changedSince(newest));
        }
        if (began != null) {
            // With settings that a checkpoint may not have yet: a person may have changed them in between.
            RunIdentity.settingsOf(changed.keySet()).forEach(changed::remove);
            changed.putAll(RunIdentity.differences(began, subject.config()));
        }
        if (!changed.isEmpty()) {
            throw WeftException.usage(
                    "a standby goes on with the run as it is, and this one would change " + changed,
                    "start the standby with the run's own configuration; to change the run, end it and resume it");
        }
    }

    /** Null where no driver has begun yet. */
    private WeftConfig began(RunDirectory directory) throws IOException {
        try {
            byte[] yaml = store.readAll(directory.config());
            return ConfigLoader.recorded(directory.config(), new String(yaml, StandardCharsets.UTF_8));
        } catch (FileNotFoundException none) {
            return null;
        }
    }
}
