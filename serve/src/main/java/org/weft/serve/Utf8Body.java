package org.weft.serve;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.weft.core.ByteOrderMark;

/** A request's body as text. It is UTF-8, whatever a parser might guess from its first bytes. */
final class Utf8Body {
    private Utf8Body() {}

    /**
     * The body without the byte order mark that some programs put before it.
     *
     * @throws ApiException 400 where it is no UTF-8
     */
    static String text(byte[] body) {
        ByteBuffer bytes = ByteBuffer.wrap(body);
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            return ByteOrderMark.without(text);
        } catch (CharacterCodingException broken) {
            throw ApiException.invalid(
                    null, "the body is not UTF-8: at byte " + bytes.position() + " of " + body.length);
        }
    }
}
