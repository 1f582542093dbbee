package org.weft.core.tokens;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.ByteBuffer;

/** How a token id is stored: the smallest unsigned integer that holds the vocabulary. */
public enum TokenType {
    @JsonProperty("u16")
    U16(2),
    @JsonProperty("u32")
    U32(4);

    private final int bytes;

    TokenType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one token; also the type's code in a shard's header. */
    public int bytes() {
        return bytes;
    }

    public static TokenType forVocabulary(int vocabSize) {
        return vocabSize <= 1 << 16 ? U16 : U32;
    }

    /** Puts one token at the position of a little-endian buffer. */
    void put(ByteBuffer buffer, int token) {
        if (this == U16) {
            buffer.putShort((short) token);
        } else {
            buffer.putInt(token);
        }
    }

    /** Takes one token from the position of a little-endian buffer. */
    int get(ByteBuffer buffer) {
        return this == U16 ? Short.toUnsignedInt(buffer.getShort()) : buffer.getInt();
    }
}
