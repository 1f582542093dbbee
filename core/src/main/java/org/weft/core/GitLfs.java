package org.weft.core;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The few lines that Git leaves in place of a large file that was never fetched. */
public final class GitLfs {
    private static final byte[] START = "version https://git-lfs".getBytes(StandardCharsets.US_ASCII);

    /** Bytes that are no other file's beginning: as many as the header of a file of tensors has. */
    private static final int TELLING = Long.BYTES;

    private GitLfs() {}

    /**
     * @param content of a file, or its beginning, eight bytes at least
     * @throws WeftException where that is a pointer, and the file itself is elsewhere
     */
    public static void refusePointer(byte[] content, String path) {
        int compared = Math.min(content.length, START.length);
        if (compared < TELLING || !Arrays.equals(content, 0, compared, START, 0, compared)) {
            return;
        }
        throw WeftException.invalidData(
                path + " is a Git LFS pointer: the file that it stands for was not fetched",
                "fetch it where the directory was cloned: git lfs pull");
    }
}
