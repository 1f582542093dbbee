package org.weft.trainer.commands;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.weft.driver.progress.Progress;
import org.weft.hub.StoredModel;
import org.weft.trainer.commands.TextContinuation.Continuation;

/**
 * What generate prints: the text of one prompt while it grows; of several each one when it and all before it are whole,
 * so that what is read does not depend on the batch size; progress alone where texts go to a file.
 */
final class GeneratedOutput implements TextContinuation.Listener {
    private static final int PROGRESS_PARTS = 10;

    private final List<String> prompts;
    private final boolean toFile;
    private final int alternatives;
    private final Continuation[] whole;
    private int printed;
    private int done;

    /** @param alternatives told of each token; 0 for none */
    GeneratedOutput(List<String> prompts, boolean toFile, int alternatives) {
        this.prompts = prompts;
        this.toFile = toFile;
        this.alternatives = alternatives;
        this.whole = new Continuation[prompts.size()];
        if (single()) {
            print(prompts.get(0));
        }
    }

    private boolean single() {
        return prompts.size() == 1;
    }

    @Override
    public int alternatives() {
        return alternatives;
    }

    @Override
    public void piece(int prompt, String text) {
        if (single()) {
            print(text);
        }
    }

    @Override
    public void whole(int prompt, Continuation continuation) {
        if (single()) {
            print("\n" + table(continuation));
            return;
        }
        done++;
        whole[prompt] = continuation;
        if (toFile) {
            if (done * PROGRESS_PARTS / prompts.size() > (done - 1) * PROGRESS_PARTS / prompts.size()) {
                Progress.onStderr().say(done + " of " + prompts.size() + " texts");
            }
            return;
        }
        while (printed < whole.length && whole[printed] != null) {
            Continuation next = whole[printed];
            String head = "--- " + (printed + 1) + " of " + whole.length + " ("
                    + next.reason().key() + ")\n";
            print(head + prompts.get(printed) + next.text() + "\n" + table(next));
            printed++;
        }
    }

    private String table(Continuation continuation) {
        return alternatives == 0 ? "" : ChosenToken.lines(continuation.chosen());
    }

    private static void print(String text) {
        System.out.print(text);
        System.out.flush();
    }

    /** The closing line: of one prompt with its text, of several with how many ended why. */
    static Summary summary(StoredModel model, List<String> prompts, List<Continuation> texts, double seconds) {
        long tokens = texts.stream().mapToLong(Continuation::tokens).sum();
        Summary summary = new Summary("generate").put("checkpoint", model.directory());
        if (texts.size() == 1) {
            summary.put("text", prompts.get(0) + texts.get(0).text())
                    .put("finish_reason", texts.get(0).reason().key());
            if (!texts.get(0).chosen().isEmpty()) {
                summary.put("alternatives", ChosenToken.json(texts.get(0).chosen()));
            }
        } else {
            ObjectNode reasons = JsonNodeFactory.instance.objectNode();
            texts.forEach(text -> reasons.put(
                    text.reason().key(), reasons.path(text.reason().key()).asInt() + 1));
            summary.put("texts", texts.size()).put("finish_reason", reasons);
        }
        return summary.put("tokens", tokens).number("tokens_per_second", Math.round(10 * tokens / seconds) / 10.0);
    }
}
