package org.weft.core.protocol;

/**
 * One shard's file of a checkpoint.
 *
 * @param file name within the checkpoint's directory
 * @param offset first parameter's index in the flat vector
 * @param length parameters in the file
 * @param bytes length of the file
 * @param sha256 of the file, in hex
 * @param stallMicros how long training stood still for the copy
 */
public record SavedRange(String file, long offset, long length, long bytes, String sha256, long stallMicros) {}
