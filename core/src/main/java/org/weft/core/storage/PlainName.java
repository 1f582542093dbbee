package org.weft.core.storage;

import org.weft.core.WeftException;

/** The name of a file beside the one that names it. What a directory from elsewhere says must not lead out of it. */
public final class PlainName {
    private PlainName() {}

    /**
     * Refuses a path.
     *
     * @param file that says the name
     */
    public static void require(String file, String name) {
        if (name == null
                || name.isEmpty()
                || name.equals(".")
                || name.equals("..")
                || name.indexOf('/') >= 0
                || name.indexOf('\\') >= 0) {
            throw WeftException.invalidData(
                    file + " names " + name + ", which is no name of a file beside it",
                    "Weft did not write it so: take the directory from where it was made");
        }
    }
}
