package org.weft.trainer.prove;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import org.weft.core.checkpoint.ManifestSeal;
import org.weft.core.storage.Store;
import org.weft.core.storage.UnreachableStorage;

/**
 * A small file of the chain that says something of others.
 *
 * @param bytes null where it cannot be read
 * @param problem why; empty where it can
 */
record StoredFile(String path, byte[] bytes, String problem) {

    static StoredFile read(Store store, String path) throws IOException {
        try {
            return new StoredFile(path, store.readAll(path), "");
        } catch (FileNotFoundException absent) {
            return new StoredFile(path, null, Claim.MISSING);
        } catch (IOException failure) { // A checksum of the file system's, for one.
            if (UnreachableStorage.explain(failure) != null) {
                throw failure;
            }
            return new StoredFile(path, null, "unreadable: " + failure.getMessage());
        }
    }

    /**
     * Adds the link from the file to itself, its seal.
     *
     * @return whether what the file says is what was written into it
     */
    boolean sealed(String link, List<Claim> claims) {
        if (bytes == null) {
            claims.add(Claim.known(link, path, "a sealed file", problem));
            return false;
        }
        ManifestSeal.Reading seal = ManifestSeal.read(bytes);
        String stated = seal.stated().isEmpty() ? "a seal in " + ManifestSeal.KEY : seal.stated();
        claims.add(Claim.known(link, path, stated, seal.actual()));
        return stated.equals(seal.actual());
    }
}
