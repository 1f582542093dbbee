package org.weft.trainer.prove;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.hub.ExportRecord;

/**
 * What an exported directory says: which checkpoint it is, and what each of its files is.
 *
 * @param run that the checkpoint is in; null where nobody said
 */
record ExportClaims(Store store, String directory, RunDirectory run) {
    static final String RECORD = "export record";
    static final String CHECKPOINT = "exported checkpoint";
    static final String FILE = "exported file";

    private static final Pattern FOR_PEOPLE =
            Pattern.compile("\\..*|(README|LICENSE|LICENCE|NOTICE)[^/]*|.*\\.(md|png|jpe?g|gif|svg|webp|pdf)");

    private static final String IS_THERE = "a file of the export";

    List<Claim> all() throws IOException {
        List<Claim> claims = new ArrayList<>();
        StoredFile file = StoredFile.read(store, directory + "/" + ExportRecord.FILE);
        if (file.problem().equals(Claim.MISSING)) {
            claims.add(Claim.unrecorded(RECORD, file.path(), "exported by a version that did not write it"));
            return claims;
        }
        if (!file.sealed(RECORD, claims)) {
            claims.add(Claim.unchecked(FILE, directory, ExportRecord.FILE + " is not what was written"));
            return claims;
        }
        ExportRecord record = ExportRecord.load(store, directory);
        checkpoint(record, claims);
        record.files().forEach((name, sha256) -> claims.add(Claim.file(FILE, directory + "/" + name, sha256)));
        putThereLater("", record.files().keySet(), claims);
        return claims;
    }

    /** @param folder that files of the export are in, and a slash; empty for the directory itself */
    private void putThereLater(String folder, Set<String> known, List<Claim> claims) throws IOException {
        for (Store.Entry entry : store.list(directory + "/" + folder)) {
            String name = folder + entry.name();
            boolean ours = known.stream().anyMatch(file -> file.startsWith(name + "/"));
            if (entry.directory() && ours) {
                putThereLater(name + "/", known, claims);
            } else if (decides(entry.name()) && !known.contains(name)) {
                claims.add(Claim.known(FILE, entry.path(), IS_THERE, "a file that was put there later"));
            }
        }
    }

    private void checkpoint(ExportRecord record, List<Claim> claims) {
        if (run == null) {
            claims.add(Claim.unchecked(CHECKPOINT, "step " + record.step(), "give its run with --run"));
            return;
        }
        String manifest = run.step(record.step()) + "/" + CheckpointManifest.FILE;
        claims.add(Claim.file(CHECKPOINT, manifest, record.checkpointSha256()));
    }

    /**
     * Whether a library that opens the directory might take the file for a part of the model: code, vocabularies, templates and weights
     * of any kind; what people read it does not open.
     */
    private static boolean decides(String name) {
        return !name.equals(ExportRecord.FILE) && !FOR_PEOPLE.matcher(name).matches();
    }
}
