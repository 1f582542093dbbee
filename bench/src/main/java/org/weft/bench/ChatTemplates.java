package org.weft.bench;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.weft.core.WeftException;
import org.weft.jinja.Rendered;
import org.weft.tuning.chat.Chat;
import org.weft.tuning.chat.ChatMessage;
import org.weft.tuning.chat.JinjaTemplate;

/**
 * Renders conversations with chat templates, and compares with what {@code bench/peers/chat_templates.py} wrote of them:
 * {@code bench/templates.sh}. Fails where a text differs, or is written that {@code transformers} refuses; what Weft alone refuses is
 * listed.
 *
 * <p>Usage: {@code ChatTemplates TEMPLATES JUDGED}, folders of {@code *.jinja} and of {@code conversations.jsonl} and {@code
 * expected.jsonl}.
 */
public final class ChatTemplates {
    private static final Map<String, String> SPECIAL_TOKENS =
            Map.of("bos_token", "<s>", "eos_token", "</s>", "unk_token", "<unk>", "pad_token", "<pad>");
    private static final LocalDate TODAY = LocalDate.of(2026, 1, 2);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path templates;
    private final Map<String, Map<String, Object>> conversations = new LinkedHashMap<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private final Map<String, Integer> bad = new TreeMap<>();
    private final boolean verbose;

    private ChatTemplates(Path templates, boolean verbose) {
        this.templates = templates;
        this.verbose = verbose;
    }

    public static void main(String[] args) throws IOException {
        ChatTemplates compared = new ChatTemplates(Path.of(args[0]), args.length > 2);
        for (Map<String, Object> each : lines(Path.of(args[1], "conversations.jsonl"))) {
            compared.conversations.put(each.get("name").toString(), each);
        }
        for (Map<String, Object> each : lines(Path.of(args[1], "expected.jsonl"))) {
            compared.compare(each);
        }
        System.out.println(compared.counts);
        compared.bad.forEach((template, times) -> System.out.println("  " + template + ": " + times));
        if (compared.counts.keySet().stream().anyMatch(outcome -> outcome.startsWith("differs"))) {
            System.exit(1);
        }
    }

    private static List<Map<String, Object>> lines(Path file) throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        try (Stream<String> lines = Files.lines(file)) {
            for (String line : (Iterable<String>) lines::iterator) {
                rows.add(JSON.readValue(line, new TypeReference<Map<String, Object>>() {}));
            }
        }
        return rows;
    }

    private void compare(Map<String, Object> expected) throws IOException {
        String template = expected.get("template").toString();
        String source = Files.readString(templates.resolve(template));
        Map<String, Object> conversation =
                conversations.get(expected.get("conversation").toString());
        Outcome written = null;
        String refusal = null;
        try {
            written = rendered(source, conversation);
        } catch (WeftException refused) {
            refusal = refused.getMessage();
        }
        String outcome = expected.containsKey("error")
                ? refusal == null ? "differs: written though transformers refuses" : "refused by both"
                : refusal != null ? "refused by Weft alone" : written.beside(expected);
        counts.merge(outcome, 1, Integer::sum);
        if (outcome.startsWith("differs") || outcome.equals("refused by Weft alone")) {
            bad.merge(template + ": " + outcome + (refusal == null ? "" : ": " + refusal), 1, Integer::sum);
            if (verbose) {
                System.out.println("== " + template + " / " + expected.get("conversation") + ": " + outcome + "\n"
                        + expected + "\n--\n" + (written == null ? refusal : written));
            }
        }
    }

    private static Chat chat(Map<String, Object> conversation) {
        List<ChatMessage> messages = new ArrayList<>();
        for (Object each : (List<?>) conversation.get("messages")) {
            Map<String, Object> fields = JSON.convertValue(each, new TypeReference<Map<String, Object>>() {});
            messages.add(new ChatMessage(fields.get("role").toString(), String.valueOf(fields.get("content")), fields));
        }
        List<?> tools = (List<?>) conversation.get("tools");
        return new Chat(messages, tools == null ? List.of() : tools);
    }

    private static Outcome rendered(String source, Map<String, Object> conversation) {
        JinjaTemplate template = JinjaTemplate.of(source, SPECIAL_TOKENS).on(TODAY);
        if (conversation.containsKey("continue_final_message")) {
            return new Outcome(template.continued(chat(conversation)), null, false);
        }
        Rendered rendered = template.render(chat(conversation), conversation.containsKey("add_generation_prompt"));
        List<List<Integer>> places = new ArrayList<>();
        for (Rendered.Span each : rendered.generated()) {
            places.add(List.of(
                    rendered.text().codePointCount(0, each.start()),
                    rendered.text().codePointCount(0, each.end())));
        }
        return new Outcome(rendered.text(), places, rendered.lost());
    }

    /**
     * What Weft writes.
     *
     * @param generated code points where each piece that is marked as generated begins and ends; null where nobody asks
     */
    private record Outcome(String text, List<List<Integer>> generated, boolean lost) {
        String beside(Map<String, Object> expected) {
            if (!text.equals(expected.get("text"))) {
                return "differs: text";
            }
            boolean marked = generated != null && !lost && expected.containsKey("generated");
            return !marked
                    ? "equal"
                    : generated.equals(expected.get("generated")) ? "equal, places too" : "differs: places";
        }
    }
}
