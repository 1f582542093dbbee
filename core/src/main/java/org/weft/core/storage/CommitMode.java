package org.weft.core.storage;

import java.util.Locale;
import java.util.Set;

/**
 * How a file comes to stand under its name at once. File systems rename in one step; object stores copy and delete
 * instead, but show an object only when its writer has closed it.
 */
public enum CommitMode {
    /** Written beside its place, synced, renamed over what stands there. */
    RENAME,
    /** Written under its own name; closing is the commit. */
    DIRECT;

    /** The setting that leaves the choice to the path's scheme. */
    public static final String AUTO = "auto";

    /** Schemes of object stores, whose connectors rename by copying. */
    private static final Set<String> OBJECT_STORES = Set.of(
            "s3", "s3a", "s3n", "gs", "abfs", "abfss", "wasb", "wasbs", "oss", "cos", "cosn", "obs", "ks3", "tos",
            "swift");

    /**
     * The mode for a file.
     *
     * @param setting {@code auto}, {@code rename} or {@code direct}
     * @param scheme of the file's path
     */
    static CommitMode of(String setting, String scheme) {
        if (!setting.equals(AUTO)) {
            return valueOf(setting.toUpperCase(Locale.ROOT));
        }
        return scheme != null && OBJECT_STORES.contains(scheme.toLowerCase(Locale.ROOT)) ? DIRECT : RENAME;
    }
}
