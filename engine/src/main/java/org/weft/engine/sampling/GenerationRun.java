package org.weft.engine.sampling;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.weft.core.tokens.TextTokens;

/**
 * One batch of prompts on its way to texts. A row whose text has ended takes the next prompt that waits, so that rows
 * stay busy however long the texts become:
 *
 * <pre>
 *   row 0   prompt 0 ........| prompt 3 ...........|
 *   row 1   prompt 1 ..............| prompt 5 ..|
 *   row 2   prompt 2 ...| prompt 4 ................|
 * </pre>
 */
final class GenerationRun {
    private final List<int[]> prompts;
    private final GenerationOptions options;
    private final GenerationListener listener;
    private final TextTokens tokens;
    private final GeneratedText[] done;
    private int begun;

    GenerationRun(List<int[]> prompts, GenerationOptions options, GenerationListener listener, TextTokens tokens) {
        this.prompts = prompts;
        this.options = options;
        this.listener = listener;
        this.tokens = tokens;
        this.done = new GeneratedText[prompts.size()];
    }

    /** Generates all texts; once for each run. */
    List<GeneratedText> with(TextRows rows) {
        GrowingText[] texts = new GrowingText[rows.count()]; // by row; null where no prompt is left for it
        for (int row = 0; row < texts.length; row++) {
            texts[row] = next(row, rows);
        }
        while (true) {
            int[] busy = IntStream.range(0, texts.length)
                    .filter(row -> texts[row] != null)
                    .toArray();
            if (busy.length == 0) {
                return List.of(done);
            }
            GrowingText[] growing =
                    Arrays.stream(busy).mapToObj(row -> texts[row]).toArray(GrowingText[]::new);
            float[][] logits = rows.follow(busy, growing); // (busy, V)
            for (int i = 0; i < busy.length; i++) {
                if (!grow(growing[i], logits[i])) {
                    texts[busy[i]] = next(busy[i], rows);
                }
            }
        }
    }

    /** The next text for a row, with its first token; null once all prompts have begun. */
    private GrowingText next(int row, TextRows rows) {
        while (begun < prompts.size()) {
            GrowingText text = new GrowingText(
                    begun,
                    prompts.get(begun),
                    options.sampling(),
                    !rows.replica().encodesSource());
            begun++;
            if (options.maxNewTokens() < 1) {
                end(text, FinishReason.LENGTH);
            } else if (grow(text, rows.begin(row, text))) {
                return text;
            }
        }
        return null;
    }

    /**
     * Chooses a text's next token.
     *
     * @param logits (V), changed in place
     * @return whether another one is to follow
     */
    private boolean grow(GrowingText text, float[] logits) {
        LogitsListener scores = listener.scores(text.index());
        float[] said = scores == null ? null : logits.clone(); // (V)
        int token = text.choose(tokens.choosable(logits));
        if (scores != null) {
            scores.token(token, said);
        }
        if (tokens.end(token)) {
            end(text, FinishReason.END_OF_TEXT);
            return false;
        }
        text.append(token);
        if (!listener.chosen(text.index(), token)) {
            end(text, FinishReason.STOP_STRING);
            return false;
        }
        if (text.newTokens() >= options.maxNewTokens()) {
            end(text, FinishReason.LENGTH);
            return false;
        }
        return true;
    }

    private void end(GrowingText text, FinishReason reason) {
        done[text.index()] = text.ended(reason);
        listener.ended(text.index(), done[text.index()]);
    }
}
