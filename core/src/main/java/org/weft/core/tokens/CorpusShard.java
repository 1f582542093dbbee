package org.weft.core.tokens;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.Serializable;

/**
 * A token shard as the manifest lists it.
 *
 * @param file its name within the corpus
 * @param crc32c its checksum, 8 hexadecimal digits
 * @param sha256 of the whole file, in hexadecimal; null where the version of Weft that wrote it did not record it
 */
public record CorpusShard(
        String file,
        long tokens,
        long documents,
        long bytes,
        String crc32c,
        @JsonInclude(JsonInclude.Include.NON_NULL) String sha256)
        implements Serializable {

    /** Of which the SHA-256 is not known. */
    public CorpusShard(String file, long tokens, long documents, long bytes, String crc32c) {
        this(file, tokens, documents, bytes, crc32c, null);
    }
}
