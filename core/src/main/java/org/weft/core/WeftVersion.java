package org.weft.core;

/** The version of this program, as manifests and {@code --version} have it. */
public final class WeftVersion {
    public static final String CURRENT = version();

    private WeftVersion() {}

    private static String version() {
        String packaged = WeftVersion.class.getPackage().getImplementationVersion();
        return packaged == null ? "development" : packaged;
    }
}
