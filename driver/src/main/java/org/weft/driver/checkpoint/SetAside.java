package org.weft.driver.checkpoint;

import java.io.IOException;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;

/**
 * How a checkpoint is set aside. Where a directory moves in one step it gets another name. An object store would copy
 * file after file; there a mark is put into the directory, {@code set-aside-g0007.json}, which holds the old manifest:
 * from then on only a manifest of generation 7 or later counts in it. So the commit of the same step by a later
 * generation takes one write, and a crash on either side of it leaves the right answer.
 */
final class SetAside {
    private SetAside() {}

    /** Sets a committed checkpoint aside, and says how. */
    static String move(Store store, String directory, int generation) throws IOException {
        if (store.renames(directory)) {
            String aside = RunDirectory.asideOf(directory, generation);
            store.rename(directory, aside);
            return "was moved to " + aside;
        }
        String mark = directory + "/" + RunDirectory.markName(generation);
        store.replace(mark, manifest(store, directory));
        return "was set aside by " + mark;
    }

    /** Empty where it cannot be read: the mark matters more. */
    private static byte[] manifest(Store store, String directory) {
        try {
            return store.readAll(directory + "/" + CheckpointManifest.FILE);
        } catch (IOException | WeftException damaged) {
            return new byte[0];
        }
    }

    static boolean isMarked(List<String> names) {
        return names.stream().anyMatch(name -> RunDirectory.generationOfMark(name) >= 0);
    }

    /**
     * Whether a directory's manifest counts.
     *
     * @param names of the directory's files
     */
    static boolean counts(Store store, String directory, List<String> names) throws IOException {
        int from = names.stream().mapToInt(RunDirectory::generationOfMark).max().orElse(-1);
        if (from < 0) {
            return true;
        }
        try {
            return CheckpointManifest.load(store, directory).generation() >= from;
        } catch (WeftException damaged) {
            return false;
        }
    }
}
