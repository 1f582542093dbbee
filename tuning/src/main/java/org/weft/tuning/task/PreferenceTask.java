package org.weft.tuning.task;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.weft.core.config.DatasetConfig;
import org.weft.core.examples.ExampleParts;
import org.weft.tuning.chat.ChatMessage;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.metrics.PreferencePredictions;

/**
 * Of two answers to a prompt the better one is to become likelier. Each is read as {@link InstructionTask} reads a conversation whose
 * last answer alone is learnt; the two are one example.
 *
 * <pre>
 *   prompt a text                chosen, rejected a text, or the assistant's message
 *   prompt messages              chosen, rejected a text, or the assistant's message
 *   none (prompt_column empty)   chosen, rejected conversations that differ in their last message
 * </pre>
 *
 * @param promptColumn empty where the answers' columns have whole conversations
 * @param chosen the conversation with the better answer, in that answer's column
 * @param rejected the conversation with the worse answer, in that answer's column
 */
record PreferenceTask(String promptColumn, InstructionTask chosen, InstructionTask rejected) implements Task {
    private static final String ROLE = "role";
    private static final String CONTENT = "content";

    PreferenceTask(DatasetConfig dataset, Conversation conversation) {
        this(
                dataset.promptColumn(),
                answers(dataset, dataset.chosenColumn(), conversation),
                answers(dataset, dataset.rejectedColumn(), conversation));
    }

    private static InstructionTask answers(DatasetConfig dataset, String column, Conversation conversation) {
        ChatRows rows = new ChatRows("", "", column, dataset.toolsColumn(), conversation.whole());
        return new InstructionTask(rows, true, conversation);
    }

    @Override
    public List<String> inputColumns() {
        return promptColumn.isEmpty()
                ? targetColumns()
                : Stream.of(promptColumn, chosen.rows().toolsColumn())
                        .filter(column -> !column.isEmpty())
                        .toList();
    }

    @Override
    public List<String> textColumns() {
        return List.of();
    }

    @Override
    public List<String> targetColumns() {
        return List.of(column(chosen), column(rejected));
    }

    @Override
    public List<String> columns() {
        return Stream.concat(inputColumns().stream(), writtenColumns().stream())
                .distinct()
                .toList();
    }

    @Override
    public List<String> writtenColumns() {
        return Stream.concat(
                        Stream.of(promptColumn, chosen.rows().toolsColumn()).filter(column -> !column.isEmpty()),
                        targetColumns().stream())
                .toList();
    }

    @Override
    public void check(Fields row, boolean labelled) {
        chosen.check(conversation(row, chosen), true);
        rejected.check(conversation(row, rejected), true);
    }

    @Override
    public Encoded encode(Fields row, Encoder encoder, boolean labelled) {
        Encoded better = chosen.encode(conversation(row, chosen), encoder, true);
        Encoded worse = rejected.encode(conversation(row, rejected), encoder, true);
        boolean equal = better.sameAs(worse);
        String because = better.leftOut() ? better.leftOutBecause() : worse.leftOutBecause();
        return new Encoded(
                ExampleParts.joined(List.of(better.example(), worse.example())),
                better.truncated() || worse.truncated(),
                because == null && equal ? "their answers are equal, or so within dataset.max_length" : because,
                null);
    }

    private static String column(InstructionTask answers) {
        return answers.rows().messagesColumn();
    }

    /** Prompt and one of the answers as messages. */
    private Fields conversation(Fields row, InstructionTask answers) {
        String column = column(answers);
        List<Object> all = new ArrayList<>();
        if (promptColumn.isEmpty()) {
            all.addAll(messages(row, column, ""));
            requireCommon(row, all, messages(row, column(answers == chosen ? rejected : chosen), ""));
        } else {
            all.addAll(messages(row, promptColumn, ChatMessage.USER));
            List<?> said = messages(row, column, ChatMessage.ASSISTANT);
            if (said.size() != 1) {
                throw row.wrong(
                        column,
                        "has " + said.size() + " messages beside the prompt",
                        "give the assistant's one answer; whole conversations with dataset.prompt_column empty");
            }
            all.addAll(said);
        }
        requireAnswer(row, column, all);
        return answers.canonical(row.with(column, all));
    }

    private void requireCommon(Fields row, List<?> one, List<?> other) {
        int last = one.size() - 1;
        if (last < 1 || one.size() != other.size() || !one.subList(0, last).equals(other.subList(0, last))) {
            throw row.wrong(
                    column(rejected),
                    "is a conversation that differs from that of " + column(chosen) + " in more than its last message",
                    "give conversations that are equal up to the assistant's last answer, or a prompt of its own");
        }
    }

    private static void requireAnswer(Fields row, String column, List<?> said) {
        Object last = said.get(said.size() - 1);
        if (!(last instanceof Map<?, ?> message) || !ChatMessage.ASSISTANT.equals(message.get(ROLE))) {
            throw row.wrong(
                    column, "does not end with a message of role assistant", "remove the row, or add the answer");
        }
    }

    /** @param role whose a text is; empty where there has to be an array of messages */
    private static List<?> messages(Fields row, String column, String role) {
        Object value = Fields.parsed(row.get(column));
        if (value instanceof List<?> list && !list.isEmpty() && list.stream().allMatch(PreferenceTask::isMessage)) {
            return list;
        }
        if (role.isEmpty()) {
            row.text(column);
            throw row.wrong(column, "is a text without a prompt", "name the prompt's column in dataset.prompt_column");
        }
        Map<String, Object> message = new LinkedHashMap<>();
        message.put(ROLE, role);
        message.put(CONTENT, row.text(column));
        return List.of(message);
    }

    private static boolean isMessage(Object value) {
        return value instanceof Map<?, ?> map && map.containsKey(ROLE);
    }

    @Override
    public boolean converses() {
        return true;
    }

    /** Nothing is generated: likelihoods are compared. */
    @Override
    public Predictions.Row judge(Fields row, Prediction said) {
        throw new UnsupportedOperationException("pairs of answers are judged by their likelihoods");
    }

    @Override
    public Predictions predictions(List<Predictions.Row> judged) {
        return PreferencePredictions.of(Predictions.rows(judged, PreferencePredictions.Row.class));
    }
}
