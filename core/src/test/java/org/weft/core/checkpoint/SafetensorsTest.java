package org.weft.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

class SafetensorsTest {
    /** As Hugging Face's library writes and reads it: length, JSON, spaces up to a multiple of eight. */
    @Test
    void headerIsTheseBytes() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Safetensors.ofVectors(Map.of("step", "7"), List.of("param", "exp_avg"), 3)
                .writeHeader(out);
        String json = "{\"__metadata__\":{\"step\":\"7\"},"
                + "\"param\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]},"
                + "\"exp_avg\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[12,24]}}";
        byte[] bytes = out.toByteArray();
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong())
                .isEqualTo(bytes.length - 8L)
                .isEqualTo((json.length() + 7) / 8 * 8L);
        assertThat(new String(bytes, 8, bytes.length - 8, StandardCharsets.UTF_8))
                .startsWith(json)
                .isEqualTo(json + " ".repeat(bytes.length - 8 - json.length()));
    }

    @Test
    void headerRoundTrip() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Safetensors.ofVectors(Map.of("format", "weft"), CheckpointReader.VECTORS, 5)
                .writeHeader(out);
        out.write(new byte[60]);
        Safetensors header = Safetensors.readHeader(reader(out.toByteArray()), "file");
        assertThat(header.metadata()).containsExactly(Map.entry("format", "weft"));
        assertThat(header.tensors().keySet()).containsExactly("param", "exp_avg", "exp_avg_sq");
        assertThat(header.tensors().get("exp_avg")).isEqualTo(new Safetensors.Tensor("F32", List.of(5L), 20, 40));
        assertThat(header.dataStart()).isEqualTo(out.size() - 60L);
    }

    @Test
    void readsWhatOthersWrite() throws IOException {
        Safetensors header = read(
                "{\"a\":{\"dtype\":\"BF16\",\"shape\":[2,3],\"data_offsets\":[0,12]},"
                        + "\"s\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[12,16]},"
                        + "\"e\":{\"dtype\":\"F32\",\"shape\":[0,9],\"data_offsets\":[16,16]},"
                        + "\"x\":{\"dtype\":\"F4_NEW\",\"shape\":[9],\"data_offsets\":[16,21]}}",
                21);
        assertThat(header.metadata()).isEmpty();
        assertThat(header.tensors().get("a").elements()).isEqualTo(6);
        assertThat(header.tensors().get("s").elements()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7})
    void refusesAFileWithoutALength(int bytes) {
        assertThatThrownBy(() -> Safetensors.readHeader(reader(new byte[bytes]), "f.safetensors"))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA))
                .hasMessage("f.safetensors: not a safetensors file: bytes=" + bytes + " is too short for a header");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 9, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40})
    void refusesALengthThatCannotBe(long length) {
        byte[] file = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .array();
        assertThatThrownBy(() -> Safetensors.readHeader(reader(file), "f"))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("header length=" + length + " file bytes=16");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":                                                        | the header is not JSON",
                "[]                                                             | the header is not a JSON object",
                "'    '                                                         | the header is not JSON",
                "33                                                             | the header is not a JSON object",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,12]}}   | tensor a lies outside of the file",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}   | tensor a lies outside of the file",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}    | tensor a lies outside of the file",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}                         | tensor a lies outside of the file",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}   | tensor a lies outside of the file",
                "{\"a\":5}                                                       | tensor a lies outside of the file",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}    | another length than its shape: bytes=8",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}} | another length",
            })
    void refusesBrokenHeaders(String json, String problem) {
        assertThatThrownBy(() -> read(json, 8))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining(problem);
    }

    private static Safetensors read(String json, int dataBytes) throws IOException {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(text.length).put(text);
        return Safetensors.readHeader(reader(file.array()), "f");
    }

    private static Store.RandomReader reader(byte[] bytes) {
        return new Store.RandomReader() {
            @Override
            public long length() {
                return bytes.length;
            }

            @Override
            public void readFully(long position, byte[] into, int offset, int length) throws IOException {
                if (position + length > bytes.length) {
                    throw new EOFException();
                }
                byte[] part = Arrays.copyOfRange(bytes, (int) position, (int) position + length);
                System.arraycopy(part, 0, into, offset, length);
            }

            @Override
            public void close() {}
        };
    }
}
