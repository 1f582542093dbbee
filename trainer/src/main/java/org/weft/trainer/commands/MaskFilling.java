package org.weft.trainer.commands;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.tokens.SpecialTokens;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.engine.ModelReplica;
import org.weft.engine.sampling.Softmax;
import org.weft.hub.StoredModel;

/** What a masked language model puts in place of a text's masks. One thread's. */
final class MaskFilling implements AutoCloseable {
    /** What a person may write for the mask, whatever the tokenizer calls it. */
    private static final List<String> MASKS = List.of("[MASK]", "<mask>");

    private final ModelReplica replica;
    private final TextTokenizer tokenizer;
    private final SpecialTokens special;
    private final int context;

    /** Owns replica and tokenizer from here on. */
    MaskFilling(ModelReplica replica, TextTokenizer tokenizer, SpecialTokens special, int context) {
        this.replica = replica;
        this.tokenizer = tokenizer;
        this.special = special;
        this.context = context;
    }

    /**
     * Opens a masked language model and the tokenizer that it speaks.
     *
     * @throws WeftException where it is none
     */
    static MaskFilling open(StoredModel model) throws IOException {
        WeftConfig config = model.config();
        if (config.model().causal()) {
            throw WeftException.usage(
                    model.directory() + " fills no masks: model.architecture="
                            + config.model().architecture() + " predicts the next token",
                    "weft generate --checkpoint " + model.directory() + " --prompt '...'");
        }
        if (!config.finetune().generative()) {
            throw WeftException.usage(
                    model.directory() + " fills no masks: it was fine-tuned to finetune.task="
                            + config.finetune().task().word(),
                    "weft predict --checkpoint " + model.directory() + " --input ... --output ...");
        }
        TokenizerFile file = model.tokenizer();
        SpecialTokens special = SpecialTokens.of(file);
        if (!special.hasMask()) {
            throw WeftException.invalidData(
                    "tokenizer has no mask token: " + file.path() + " looked for " + MASKS,
                    "train with a tokenizer that has one: tokenizer.kind bpe, or a BERT's tokenizer.json");
        }
        TextTokenizer tokenizer = TextTokenizer.of(file);
        return new MaskFilling(
                model.replica(), tokenizer, special, config.model().context());
    }

    /**
     * A token that may stand in a mask's place.
     *
     * @param token its text, the blank before it included
     */
    record Candidate(int id, String token, double probability) {}

    /**
     * The likeliest tokens for each mask of a text, judged together with the other masks unfilled.
     *
     * @return (masks, topK), the likeliest first
     */
    List<List<Candidate>> fill(String text, int topK) {
        int[] tokens = encode(text); // (T)
        int[] masks = IntStream.range(0, tokens.length)
                .filter(position -> tokens[position] == special.mask())
                .toArray();
        if (masks.length == 0) {
            throw MASKS.stream().noneMatch(text::contains)
                    ? WeftException.usage(
                            "no mask in the text: " + text, "write " + mask() + " where a word is to be found")
                    : WeftException.invalidData(
                            "the tokenizer cuts " + mask() + " up: it is none of its added_tokens",
                            "add it to added_tokens of the tokenizer.json");
        }
        if (tokens.length > context) {
            throw WeftException.usage(
                    "text of " + tokens.length + " tokens does not fit model.context=" + context, "shorten the text");
        }
        float[][] logits = replica.logits(tokens, masks); // (masks, V)
        List<List<Candidate>> found = new ArrayList<>();
        for (float[] ofMask : logits) {
            found.add(likeliest(ofMask, topK));
        }
        return found;
    }

    /** The tokenizer's own name of the mask. */
    String mask() {
        return tokenizer.decode(new int[] {special.mask()});
    }

    private int[] encode(String text) {
        String written = text;
        for (String mask : MASKS) {
            written = written.replace(mask, mask());
        }
        int[] inner = tokenizer.encode(written);
        if (!special.framed()) {
            return inner;
        }
        int[] framed = new int[inner.length + 2];
        framed[0] = special.cls();
        System.arraycopy(inner, 0, framed, 1, inner.length);
        framed[framed.length - 1] = special.sep();
        return framed;
    }

    /**
     * Tokens that spell something, with their share of all.
     *
     * @param logits (V)
     */
    private List<Candidate> likeliest(float[] logits, int topK) {
        Softmax softmax = Softmax.of(logits);
        return IntStream.range(0, logits.length)
                .filter(tokenizer.tokens().spelt()::get)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer id) -> -logits[id]).thenComparing(id -> id))
                .limit(topK)
                .map(id -> new Candidate(id, tokenizer.decodeWithin(id), softmax.probability(logits[id])))
                .toList();
    }

    @Override
    public void close() {
        tokenizer.close();
        replica.close();
    }
}
