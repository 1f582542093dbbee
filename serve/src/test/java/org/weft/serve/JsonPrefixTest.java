package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken for the beginning of a JSON object is one, as Jackson reads it. */
class JsonPrefixTest {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static boolean whole(String text) {
        JsonPrefix prefix = new JsonPrefix();
        return prefix.accepts(text) && prefix.whole();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                " \n{ \"a\" : [ ] }",
                "{\"a\":[1,-0,2.5,1e9,1.0E-2,-7e+0,{}],\"b\":{\"\":null},\"c\":[[true],false]}",
                "{\"\\u00e9\\n\\\"\\\\/\\/\":\"\u00e9\ud83d\ude00\"}",
                "{\"a\":0}",
                "{\"a\":10 ,\"b\":\"}\"}"
            })
    void objectsAreTaken(String text) {
        assertThat(whole(text)).isTrue();
        for (int end = 0; end < text.length(); end++) {
            JsonPrefix part = new JsonPrefix();
            assertThat(part.accepts(text.substring(0, end))).isTrue();
            assertThat(part.whole()).isFalse();
        }
        assertThat(new JsonPrefix().accepts(text + " ")).isFalse(); // It ends where the object does.
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[",
                "\"a\"",
                "1",
                "x",
                "{a",
                "{,",
                "{\"a\",",
                "{\"a\":}",
                "{\"a\":1,}",
                "{\"a\":[1,]",
                "{\"a\":[1}",
                "{\"a\":{]",
                "{\"a\":01",
                "{\"a\":1.}",
                "{\"a\":.5",
                "{\"a\":-a",
                "{\"a\":1e}",
                "{\"a\":+1",
                "{\"a\":1 2",
                "{\"a\":tru}",
                "{\"a\":truee",
                "{\"a\":nil",
                "{\"\\x",
                "{\"\\u00g",
                "{\"\n",
                "{\"a\" \"b\"",
                "{\"a\":\"b\" \"c\""
            })
    void whatNoObjectBeginsWithIsNot(String text) {
        assertThat(new JsonPrefix().accepts(text)).isFalse();
    }

    /** Any character that is taken may be written: whatever comes out at the end is an object. */
    @Test
    void whateverIsWrittenOfCharactersThatAreTakenIsAnObject() throws IOException {
        String characters = "{}[]\",:\\ \n\t0123456789.-+eEtrufalsn/b\u00e9A";
        Random random = new Random(29);
        int ended = 0;
        for (int text = 0; text < 400; text++) {
            StringBuilder written = new StringBuilder();
            JsonPrefix prefix = new JsonPrefix();
            JsonPrefix tried = new JsonPrefix();
            for (int i = 0; i < 4000 && !prefix.whole(); i++) {
                char next = characters.charAt(random.nextInt(characters.length()));
                tried.set(prefix);
                if (tried.accepts(next)) {
                    prefix.set(tried);
                    written.append(next);
                }
            }
            if (prefix.whole()) {
                ended++;
                JsonNode read = JSON.reader()
                        .without(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                        .readTree(written.toString());
                assertThat(read.isObject()).as(written.toString()).isTrue();
            }
        }
        assertThat(ended).isGreaterThan(100);
    }

    @Test
    void blanksAndDepthAreBounded() {
        assertThat(new JsonPrefix().accepts(" ".repeat(64) + "{")).isTrue();
        assertThat(new JsonPrefix().accepts(" ".repeat(65))).isFalse();
        assertThat(new JsonPrefix().accepts("{\"a\":" + "[".repeat(61))).isTrue();
        assertThat(new JsonPrefix().accepts("{\"a\":" + "[".repeat(62))).isFalse();
    }
}
