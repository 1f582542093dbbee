package org.weft.core.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.weft.core.ByteOrderMark;
import org.weft.core.WeftException;

/**
 * A secret that a configuration names and never has: what a file or a variable of the driver's environment holds.
 *
 * @param noun what it is called in errors, such as key
 * @param fileKey the key of the configuration that names a file, such as {@code corpus.privacy.key_file}
 * @param file on any file system; blank where a variable is named
 * @param variableKey the key that names a variable
 */
public record NamedSecret(String noun, String fileKey, String file, String variableKey, String variable) {
    private static final int LEAST_BYTES = 16;

    /**
     * Its bytes: of what is UTF-8 the text without a byte order mark and blanks around it, of anything else the bytes without line
     * ends at their end.
     *
     * @param environment values of the environment's variables, null for those that are not set
     * @throws WeftException where there is none, or it is too short to be one
     */
    public byte[] read(Store store, UnaryOperator<String> environment) throws IOException {
        byte[] secret;
        String source;
        if (!variable.isBlank()) {
            source = variableKey + "=" + variable;
            String value = environment.apply(variable);
            if (value == null) {
                throw WeftException.usage(
                        source + ": the environment has no such variable",
                        "export it where the driver runs, or name a file with " + fileKey);
            }
            secret = asWritten(value).getBytes(StandardCharsets.UTF_8);
        } else {
            source = fileKey + "=" + file;
            try {
                secret = asWritten(store.readAll(file));
            } catch (FileNotFoundException absent) {
                throw WeftException.usage(source + ": no such file", "make one: openssl rand -hex 32 > FILE");
            }
        }
        if (secret.length < LEAST_BYTES) {
            throw WeftException.usage(
                    source + ": the " + noun + " has " + secret.length + " bytes, and needs " + LEAST_BYTES
                            + " at least",
                    "make one: openssl rand -hex 32");
        }
        return secret;
    }

    /** A secret that is text is what somebody wrote, the same in a file and a variable. */
    private static String asWritten(String text) {
        return ByteOrderMark.without(text).strip();
    }

    private static byte[] asWritten(byte[] content) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
            return asWritten(text).getBytes(StandardCharsets.UTF_8);
        } catch (CharacterCodingException bytes) {
            return withoutLineEnd(content);
        }
    }

    private static byte[] withoutLineEnd(byte[] content) {
        int length = content.length;
        while (length > 0 && (content[length - 1] == '\n' || content[length - 1] == '\r')) {
            length--;
        }
        return Arrays.copyOf(content, length);
    }
}
