package org.weft.trainer.example.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;

/** Texts that belong together, by rules. */
class GrammarTest {
    @TempDir
    Path temporary;

    @Test
    void formsOfOneDrawBelongTogether() throws IOException {
        Grammar grammar = grammar("""
                about: who sees whom
                files:
                  rows.jsonl: {from: sentence, rows: 1, columns: {prompt: en, response: de}}
                rules:
                  sentence:
                    - {let: {who: person, whom: person}, en: "{^who} sees {whom}.", de: "{^who} sieht {whom.acc}."}
                  person:
                    - {en: the man, de: der Mann, acc: den Mann}
                    - {en: the cat, de: die Katze, acc: die Katze}
                    - {text: Ada, acc: Ada}
                """);
        Map<Object, Object> rows = grammar.rows("rows.jsonl", 5).stream()
                .collect(Collectors.toMap(row -> row.get("prompt"), row -> row.get("response")));
        assertThat(rows).hasSize(5);
        Map<String, String> all = Map.of(
                "The man sees the cat.", "Der Mann sieht die Katze.",
                "The man sees Ada.", "Der Mann sieht Ada.",
                "The cat sees the man.", "Die Katze sieht den Mann.",
                "The cat sees Ada.", "Die Katze sieht Ada.",
                "Ada sees the man.", "Ada sieht den Mann.",
                "Ada sees the cat.", "Ada sieht die Katze.");
        assertThat(all).containsAllEntriesOf(strings(rows));
    }

    private static Map<String, String> strings(Map<Object, Object> rows) {
        return rows.entrySet().stream()
                .collect(Collectors.toMap(row -> (String) row.getKey(), row -> (String) row.getValue()));
    }

    @Test
    void rowsAreDistinctTheSameAgainAndOfOnePart() throws IOException {
        String text = """
                about: numbers
                files:
                  learnt.jsonl: {from: number, rows: 1, columns: {text: text}}
                  judged.jsonl: {from: number, rows: 1, part: judged, columns: {text: text}}
                rules:
                  number: 1..500
                """;
        Grammar grammar = grammar(text);
        List<Map<String, Object>> learnt = grammar.rows("learnt.jsonl", 300);
        List<Map<String, Object>> judged = grammar.rows("judged.jsonl", 20);
        assertThat(new HashSet<>(learnt)).hasSize(300).doesNotContainAnyElementsOf(judged);
        assertThat(grammar(text).rows("learnt.jsonl", 100)).isEqualTo(learnt.subList(0, 100));
        assertThatThrownBy(() -> grammar.rows("judged.jsonl", 200))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("judged.jsonl has ")
                .hasMessageEndingWith(" different rows, not 200");
    }

    @Test
    void partsStandInAnyOrderAndWeightsCount() throws IOException {
        Grammar grammar = grammar("""
                about: orders
                files:
                  rows.jsonl: {from: row, rows: 1, key: text, columns: {text: text}}
                rules:
                  row:
                    - text: ["a{n}", b, c]
                  n: 0..2000
                """);
        Set<String> orders = grammar.rows("rows.jsonl", 600).stream()
                .map(row -> ((String) row.get("text")).replaceAll("\\d", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(orders).containsExactly("a b c", "a c b", "b a c", "b c a", "c a b", "c b a");
    }

    @Test
    void whatIsMarkedBecomesTags() throws IOException {
        assertThat(Marked.plain("from [New York](city) to [Rome](city).")).isEqualTo("from New York to Rome.");
        assertThat(Marked.tags("from [New York](city) to [Rome](city). Now"))
                .containsExactly("O", "B-city", "I-city", "O", "B-city", "O");
        assertThat(Marked.tags("[12](number), please")).containsExactly("B-number", "O");
        assertThat(Marked.tags("nothing here")).containsExactly("O", "O");
        assertThat(Marked.tags("[Mon](day)-[Fri](day) ([Rome](city))")).containsExactly("B-day", "B-city");
        assertThat(Marked.tags("[Rome](city) [Oslo](city)")).containsExactly("B-city", "B-city");
        Grammar grammar = grammar("""
                about: cities
                files:
                  rows.jsonl: {from: row, rows: 1, columns: {tokens: words(text), tags: tags(text), text: text}}
                rules:
                  row: ["to [New York](city) now"]
                """);
        Map<String, Object> row = grammar.rows("rows.jsonl", 1).get(0);
        assertThat(row.get("tokens")).isEqualTo(List.of("to", "New", "York", "now"));
        assertThat(row.get("tags")).isEqualTo(List.of("O", "B-city", "I-city", "O"));
        assertThat(row.get("text")).isEqualTo("to New York now");
    }

    @Test
    void whatIsWrongIsNamedWithItsRule() throws IOException {
        String head = "about: x\nfiles:\n  rows.jsonl: {from: a, rows: 1, columns: {text: text}}\nrules:\n";
        refused(head + "  a: [\"{b}\"]\n", "rule a, alternative 1 asks for b, which is no rule and no variable there");
        refused(head + "  a: [\"{b.acc}\"]\n  b: [x]\n", "rule b, alternative 1 has no form acc");
        refused(head + "  a: [\"{a}\"]\n", "rule a, alternative 1 is asked for in its own text without end");
        refused(
                head + "  a: [{let: {b: b}, text: \"{b}\"}]\n  b: [{text: \"Mr {b}\"}]\n",
                "rule b, alternative 1 is asked for in its own text without end");
        refused(head + "  a: [\"{first-name}\"]\n", "rule a, alternative 1: \"{first-name}\" is no text with places");
        refused(head + "  a: [{text: {b: c}}]\n", "rule a, alternative 1: {\"b\":\"c\"} is no text with places");
        refused(head + "  a: [{let: b, text: x}]\n", "rule a, alternative 1: let wants variables with their rules");
        refused(head + "  a: []\n", "rule a has no alternative");
        refused(head + "  a: some\n", "rule a is neither a list nor a range such as 3..40");
        refused(head + "  a: [{weight: 0, text: x}]\n", "rule a, alternative 1 wants a text, and a weight above 0");
        refused(head + "  b: [x]\n", "rows.jsonl: there is no rule a");
        refused(head.replace("rows: 1", "rows: 0") + "  a: [x]\n", "rows=0.0 must be more than 0");
        refused("about: x\n", "it wants about, files and rules");
        refused(head + "  a: [x\n", "line ");
    }

    private void refused(String text, String message) {
        assertThatThrownBy(() -> grammar(text).rows("rows.jsonl", 1))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith(temporary.resolve("grammar.yaml") + ": " + message);
    }

    @Test
    void everyGrammarOfTheExamplesMakesItsFiles() throws IOException {
        List<Path> grammars;
        try (Stream<Path> all = Files.walk(Path.of("..", "examples"))) {
            grammars =
                    all.filter(path -> path.endsWith("grammar.yaml")).sorted().toList();
        }
        assertThat(grammars).hasSizeGreaterThan(3);
        for (Path file : grammars) {
            Grammar grammar = Grammar.load(file);
            for (String name : grammar.files().keySet()) {
                int rows = (int) Math.min(200, grammar.files().get(name).rows() * 10_000);
                assertThat(grammar.rows(name, rows).toString())
                        .as(file + " " + name)
                        .doesNotContain("{^")
                        .doesNotContain("](");
            }
        }
    }

    private Grammar grammar(String text) throws IOException {
        return Grammar.load(Files.writeString(temporary.resolve("grammar.yaml"), text));
    }
}
