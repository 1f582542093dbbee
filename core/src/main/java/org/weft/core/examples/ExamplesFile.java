package org.weft.core.examples;

import java.io.Serializable;

/**
 * A file of examples as the manifest lists it.
 *
 * @param file its name within the data set
 * @param sha256 of its bytes, in hexadecimal
 */
public record ExamplesFile(String file, long examples, long tokens, long bytes, String sha256)
        implements Serializable {}
