package org.weft.engine.sampling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.engine.Decoder;

/**
 * Prompts that are being read: several of about one length in a pass, and long ones piece by piece, so that texts that grow
 * beside them need not wait for a whole one (Agrawal et al. 2023, Sarathi). What a prompt has in common with one that is
 * being read is waited for, as far as the decoder has room to keep it, and not computed twice. The replica's thread's.
 */
final class PromptReading {
    /** Tokens that are worth waiting for. */
    private static final int SHARED = 32;

    /** Parts that are this much longer than the shortest are filled up beside no other. */
    private static final int SLACK = 16;

    private final TextRows rows;
    private final Decoder decoder;
    private final Map<Integer, Prompt> prompts = new LinkedHashMap<>(); // by row, in the order in which they came
    private long recalled;

    PromptReading(TextRows rows) {
        this.rows = rows;
        this.decoder = rows.decoder();
    }

    /** A text that is not read to the end of its prompt. */
    private static final class Prompt {
        private final GrowingText text;
        private final int[] seen; // as much of the prompt as the model sees
        private final LogitsListener listener; // told of each token but the first; null for nobody
        private boolean begun;

        Prompt(GrowingText text, int[] seen, LogitsListener listener) {
            this.text = text;
            this.seen = seen;
            this.listener = listener;
        }
    }

    /**
     * A prompt that is read, or cannot be.
     *
     * @param logits (V) of what follows it; null where it failed
     * @param failure null where it is read
     */
    record Ready(int row, float[] logits, Throwable failure) {}

    /** The next tokens of a prompt. */
    private record Part(int row, int[] tokens) {}

    /** Lets a row wait for its turn. */
    void place(int row, GrowingText text, LogitsListener listener) {
        prompts.put(row, new Prompt(text, text.window(rows.context()), listener));
    }

    /** Whether a row's prompt is not read to its end. */
    boolean has(int row) {
        return prompts.containsKey(row);
    }

    /** A row's text is not wanted any more. */
    void remove(int row) {
        prompts.remove(row);
    }

    /** Tokens of prompts that were kept, and not computed. */
    long recalled() {
        return recalled;
    }

    /**
     * Reads on.
     *
     * @param most tokens that are computed; a prompt that cannot be read in pieces may be more
     * @return the prompts that are read to their end, and those that failed, of which others know nothing
     */
    List<Ready> read(int most) {
        List<Ready> ready = new ArrayList<>();
        List<Part> parts = new ArrayList<>();
        int left = most;
        for (Iterator<Map.Entry<Integer, Prompt>> each = prompts.entrySet().iterator(); each.hasNext() && left > 0; ) {
            Map.Entry<Integer, Prompt> entry = each.next();
            int row = entry.getKey();
            Prompt prompt = entry.getValue();
            boolean atOnce = prompt.listener != null || !decoder.readsInPieces(prompt.seen.length);
            try {
                if (atOnce) {
                    left -= prompt.seen.length;
                    ready.add(new Ready(row, whole(row, prompt), null));
                    each.remove();
                } else if (prompt.begun || begins(row, prompt)) {
                    int from = decoder.length(row);
                    int count = Math.min(left, prompt.seen.length - from);
                    parts.add(new Part(row, Arrays.copyOfRange(prompt.seen, from, from + count)));
                    left -= count;
                }
            } catch (RuntimeException | OutOfMemoryError failure) {
                ready.add(new Ready(row, null, failure));
                each.remove();
            }
        }
        together(parts, ready);
        return ready;
    }

    /** (V) */
    private float[] whole(int row, Prompt prompt) {
        return prompt.listener == null ? rows.begin(row, prompt.text) : rows.begin(row, prompt.text, prompt.listener);
    }

    /** Where there is no room to keep it, it is computed again. */
    private void remember(int row) {
        try {
            decoder.remember(row);
        } catch (RuntimeException | OutOfMemoryError ignored) {
            // The text has all that it needs.
        }
    }

    /** False where more of it is known when another one is read. */
    private boolean begins(int row, Prompt prompt) {
        int kept = decoder.kept(prompt.seen);
        boolean waits = kept >= 0
                && prompts.values().stream()
                        .filter(other -> other.begun)
                        .mapToInt(other -> Math.min(inCommon(other.seen, prompt.seen), decoder.mostKept()))
                        .anyMatch(common -> common - kept >= SHARED);
        if (!waits) {
            recalled += decoder.recall(row, prompt.seen);
            prompt.begun = true;
        }
        return !waits;
    }

    /** Tokens that both begin with, but for the last one of the second, which is always read. */
    private static int inCommon(int[] first, int[] second) {
        int different = Arrays.mismatch(first, second);
        return Math.min(different < 0 ? first.length : different, second.length - 1);
    }

    /** Those of about one length in one pass: what is shorter is filled up. */
    private void together(List<Part> parts, List<Ready> ready) {
        List<Part> sorted = new ArrayList<>(parts);
        sorted.sort(Comparator.comparingInt(part -> part.tokens().length));
        for (int from = 0; from < sorted.size(); ) {
            int longest = 2 * sorted.get(from).tokens().length + SLACK;
            int to = from + 1;
            while (to < sorted.size() && sorted.get(to).tokens().length <= longest) {
                to++;
            }
            pass(sorted.subList(from, to), ready);
            from = to;
        }
    }

    /** Where a pass fails, each of its prompts is tried alone: what is too much for one is no other's fault. */
    private void pass(List<Part> parts, List<Ready> ready) {
        float[][] logits; // (parts, V)
        int[] chosen = parts.stream().mapToInt(Part::row).toArray();
        try {
            logits = rows.extend(chosen, parts.stream().map(Part::tokens).toArray(int[][]::new));
        } catch (RuntimeException | OutOfMemoryError failure) {
            if (parts.size() > 1) {
                parts.forEach(part -> pass(List.of(part), ready));
            } else {
                prompts.remove(chosen[0]);
                ready.add(new Ready(chosen[0], null, failure));
            }
            return;
        }
        for (int i = 0; i < chosen.length; i++) {
            int row = chosen[i];
            if (decoder.length(row) == prompts.get(row).seen.length) {
                prompts.remove(row);
                ready.add(new Ready(row, logits[i], null));
                remember(row);
            }
        }
    }
}
