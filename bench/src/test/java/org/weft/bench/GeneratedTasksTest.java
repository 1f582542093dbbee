package org.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked has the answer that stands beside it. */
class GeneratedTasksTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern SUM = Pattern.compile("Add (\\d+) and (\\d+)\\.");
    private static final Pattern LOOKUP = Pattern.compile("Codes: (.*)\\. Which is the (\\w+)\\?");

    @TempDir
    Path directory;

    private List<JsonNode> generate(String kind, long seed, int count) throws Exception {
        Path file = directory.resolve(kind + seed);
        GeneratedTasks.main(new String[] {kind, Long.toString(seed), Integer.toString(count), file.toString()});
        List<JsonNode> rows = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            rows.add(JSON.readTree(line));
        }
        return rows;
    }

    @Test
    void instructionsHaveOneRightAnswer() throws Exception {
        List<JsonNode> rows = generate("instruction", 1, 2000);
        Set<String> prompts = new HashSet<>();
        int sums = 0;
        for (JsonNode row : rows) {
            String prompt = row.get("prompt").asText();
            String response = row.get("response").asText();
            assertThat(prompts.add(prompt)).isTrue();
            Matcher sum = SUM.matcher(prompt);
            Matcher lookup = LOOKUP.matcher(prompt);
            if (sum.matches()) {
                sums++;
                int right = Integer.parseInt(sum.group(1)) + Integer.parseInt(sum.group(2));
                assertThat(response).isEqualTo(Integer.toString(right));
            } else {
                assertThat(lookup.matches()).isTrue();
                int place = List.of("first", "second", "third", "fourth", "fifth", "last")
                        .indexOf(lookup.group(2));
                assertThat(response).isEqualTo(lookup.group(1).split(" ")[place]);
            }
        }
        assertThat(sums).isEqualTo(1000);
        assertThat(generate("instruction", 2, 2000)).isNotEqualTo(rows);
        assertThat(GeneratedTasks.rows("instruction", 1, 5)).isEqualTo(GeneratedTasks.rows("instruction", 1, 5));
        assertThatThrownBy(() -> GeneratedTasks.rows("instruction", 1, 20_000))
                .hasMessageContaining("not enough sums; at most 16000");
    }

    @Test
    void answersStandWhereTheyAreSaidTo() throws Exception {
        for (JsonNode row : generate("qa", 3, 300)) {
            String context = row.get("context").asText();
            String answer = row.at("/answers/text/0").asText();
            int start = row.at("/answers/answer_start/0").asInt();
            assertThat(context.substring(start)).startsWith(answer + ".");
            String question = row.get("question").asText();
            String sentence = context.substring(0, start);
            sentence = sentence.substring(sentence.lastIndexOf('.') + 1).strip();
            String person = question.replaceAll("^Where does | live\\?$|^.* of |\\?$", "");
            assertThat(sentence).contains(person);
        }
    }

    @Test
    void everyWordHasATag() throws Exception {
        Set<String> tags = new HashSet<>();
        Set<String> persons = new HashSet<>();
        Set<String> places = new HashSet<>();
        for (JsonNode row : generate("tagging", 4, 3000)) {
            assertThat(row.get("tags")).hasSize(row.get("tokens").size());
            for (int i = 0; i < row.get("tags").size(); i++) {
                String tag = row.get("tags").get(i).asText();
                tags.add(tag);
                if (tag.endsWith("PER")) {
                    persons.add(row.get("tokens").get(i).asText());
                } else if (tag.endsWith("LOC")) {
                    places.add(row.get("tokens").get(i).asText());
                }
            }
        }
        assertThat(tags).containsExactlyInAnyOrder("O", "B-PER", "I-PER", "B-LOC", "I-LOC");
        assertThat(persons.stream().filter(places::contains).count()).isGreaterThan(500);
        assertThatThrownBy(() -> GeneratedTasks.main(new String[] {"poems", "1", "1", "x"}))
                .hasMessage("kind=poems is unknown");
        assertThatThrownBy(() -> GeneratedTasks.main(new String[] {"qa"})).hasMessageContaining("KIND SEED COUNT FILE");
    }
}
