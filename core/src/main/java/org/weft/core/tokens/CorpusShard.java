package org.weft.core.tokens;

import java.io.Serializable;

/**
 * A token shard as the manifest lists it.
 *
 * @param file its name within the corpus
 * @param crc32c its checksum, 8 hexadecimal digits
 */
public record CorpusShard(String file, long tokens, long documents, long bytes, String crc32c)
        implements Serializable {}
