package org.weft.hub.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.core.Json;

/**
 * Numbers become the bytes that ggml makes of them. {@code bench/peers/gguf_blocks.py} writes the file with the Python package
 * {@code gguf}, whose rounding its authors compare with ggml's.
 */
class GgufTypeTest {

    static List<JsonNode> blocks() throws IOException {
        return Files.readAllLines(Path.of("src", "test", "resources", "gguf_blocks_golden.jsonl")).stream()
                .map(line -> Json.parse(line.getBytes(StandardCharsets.UTF_8), "golden", ""))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void roundsAsGgmlDoes(JsonNode golden) {
        GgufType type = GgufType.valueOf(golden.path("type").asText());
        ByteBuffer stored = ByteBuffer.wrap(
                        HexFormat.of().parseHex(golden.path("numbers").asText()))
                .order(ByteOrder.LITTLE_ENDIAN);
        float[] numbers = new float[stored.remaining() / Float.BYTES];
        stored.asFloatBuffer().get(numbers);
        ByteBuffer into = ByteBuffer.allocate((int) type.bytes(numbers.length)).order(ByteOrder.LITTLE_ENDIAN);
        type.encode(numbers, numbers.length, into);
        assertThat(HexFormat.of().formatHex(into.array()))
                .isEqualTo(golden.path("bytes").asText());
    }
}
