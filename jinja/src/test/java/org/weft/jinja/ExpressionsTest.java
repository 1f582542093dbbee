package org.weft.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * What {@code transformers} writes of each line of {@code expressions_golden.jsonl}, or that it ends in an error: {@code
 * bench/peers/chat_templates.py --expressions} made that file, with the values that stand here.
 */
class ExpressionsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final LocalDateTime TODAY = LocalDateTime.of(2026, 1, 2, 0, 0);

    private static Map<String, Object> values() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("text", "Hello, World");
        values.put("blank", "  a b\tc \n");
        values.put("other", "Grüße 🙂 ß");
        values.put("empty", "");
        values.put("number", 7);
        values.put("fraction", 2.5);
        values.put("yes", true);
        values.put("no", false);
        values.put("nothing", null);
        values.put("list", List.of(3, 1, 2));
        values.put("words", List.of("b", "A", "c", "a"));
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("b", 1);
        map.put("a", Arrays.asList(1, 2.0, null, true, "x'y", "q\""));
        map.put("items", 5);
        values.put("map", map);
        values.put("people", List.of(person("Ann", 30, 1), person("bob", 25, 0), person("Cy", 30, 2)));
        return values;
    }

    private static Map<String, Object> person(String name, int age, int of) {
        Map<String, Object> person = new LinkedHashMap<>();
        person.put("name", name);
        person.put("age", age);
        if (of > 0) {
            person.put("of", Map.of("x", of));
        }
        return person;
    }

    private static List<JsonNode> golden(String file) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(ExpressionsTest.class.getResourceAsStream(file), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(JSON.readTree(line));
            }
        }
        return lines;
    }

    @Test
    void writesWhatTransformersWrites() throws IOException {
        assertSame(golden("expressions_golden.jsonl"), 150, Template::parse);
    }

    /** {@code bench/peers/chat_templates.py --strict} made that file: Jinja as the templates of an evaluation's tasks have it. */
    @Test
    void strictTemplatesKeepTheirWhiteSpaceAndMissNothing() throws IOException {
        assertSame(golden("strict_golden.jsonl"), 25, Template::strict);
    }

    private static void assertSame(List<JsonNode> golden, int least, Function<String, Template> parsed)
            throws IOException {
        List<String> wrong = new ArrayList<>();
        for (JsonNode line : golden) {
            String template = line.path("template").textValue();
            String text = null;
            String refusal = null;
            try {
                text = parsed.apply(template)
                        .render(values(), TODAY, Limits.DEFAULT)
                        .text();
            } catch (JinjaException refused) {
                refusal = refused.getMessage();
            }
            String expected = line.has("error") ? null : line.path("text").textValue();
            if (expected == null ? text != null : !expected.equals(text)) {
                wrong.add(JSON.writeValueAsString(template) + "\n  expected " + line.path("text") + line.path("error")
                        + "\n  was      " + JSON.writeValueAsString(text) + " " + refusal);
            }
        }
        assertThat(golden).hasSizeGreaterThan(least);
        assertThat(wrong).as(String.join("\n", wrong)).isEmpty();
    }

    /** Values are copied: what is not plain is refused, and nobody's map is changed. */
    @Test
    void takesPlainValuesAlone() throws IOException {
        Map<String, Object> read = JSON.readValue(
                "{\"a\": [1, 2.5, 12345678901234567890, null]}", new TypeReference<Map<String, Object>>() {});
        assertThat(Template.parse("{{ a }} {{ a | tojson }}")
                        .render(read, null, Limits.DEFAULT)
                        .text())
                .isEqualTo("[1, 2.5, 12345678901234567890, None] [1, 2.5, 12345678901234567890, null]");
        assertThatThrownBy(() ->
                        Template.parse("{{ a }}").render(Map.of("a", new StringBuilder("x")), null, Limits.DEFAULT))
                .isInstanceOf(JinjaException.class)
                .hasMessage("a template takes no StringBuilder");
    }
}
