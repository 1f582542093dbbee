package org.weft.corpus.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.weft.core.Json;
import org.weft.core.config.TokenizerConfig;
import org.weft.corpus.tokenizer.bpe.ByteAlphabet;

/**
 * Writes a Unigram as Hugging Face's {@code tokenizer.json}. What no piece spells becomes its bytes, and blanks are
 * blanks: there is no {@code U+2581} in their place, with which a text's own would be confused. So each text comes back
 * as it was, a normalizer's changes apart.
 *
 * <pre>
 *   id   0       1 … 256          257 …                   last ones
 *        &lt;unk>   &lt;0x00> … &lt;0xFF>  pieces, best first      special tokens
 * </pre>
 *
 * A padding token whose id the model's family fixes stands there, and whatever had it or a later one has the next.
 *
 * <p>The library looks names such as {@code <0x41>} up in a text as it does pieces. Their scores are so low that the
 * letters of such a name, which are therefore always pieces ({@link #LETTERS}), spell it instead.
 */
public final class UnigramJson {
    /** The unknown token and the bytes. */
    public static final int RESERVED = 1 + ByteAlphabet.SIZE;

    /** Characters that always have to be pieces: of the reserved tokens' names. */
    public static final String LETTERS = "<>0123456789ABCDEFxunk";

    private static final String UNKNOWN = "<unk>";

    private UnigramJson() {}

    /** Whether a piece would be taken for a token that means something else. */
    public static boolean isReserved(String piece) {
        return piece.equals(UNKNOWN) || piece.matches("<0x[0-9A-F]{2}>");
    }

    /**
     * @param model whose pieces hold each of {@link #LETTERS}, and none that {@link #isReserved}
     * @param cut how a text is normalized and cut before the model sees it
     * @param padding id that the padding token has to have
     */
    public static byte[] of(UnigramModel model, List<String> specialTokens, TokenizerConfig cut, OptionalInt padding) {
        Map<String, Integer> special =
                TokenizerSteps.behind(RESERVED + model.pieces().size(), specialTokens, padding);
        ObjectNode root = TokenizerSteps.file(
                special,
                TokenizerSteps.normalizer(cut),
                TokenizerSteps.inSequence(TokenizerSteps.cuts(cut), "pretokenizers"),
                TokenizerSteps.frame(special));
        ArrayNode decoders = Json.MAPPER.createArrayNode();
        decoders.addObject().put("type", "ByteFallback");
        decoders.addObject().put("type", "Fuse");
        root.set("decoder", TokenizerSteps.decoder(decoders, cut));
        model(root.putObject("model"), model, special);
        return TokenizerSteps.bytes(root);
    }

    private static void model(ObjectNode at, UnigramModel model, Map<String, Integer> special) {
        at.put("type", "Unigram");
        at.put("unk_id", special.containsValue(0) ? 1 : 0);
        ArrayNode vocabulary = Json.MAPPER.createArrayNode();
        double least =
                model.scores().stream().mapToDouble(Double::doubleValue).min().orElse(0);
        double never = UNKNOWN.length() * 2 * least - 1;
        vocabulary.addArray().add(UNKNOWN).add(never);
        for (int b = 0; b < ByteAlphabet.SIZE; b++) {
            vocabulary.addArray().add(String.format(Locale.ROOT, "<0x%02X>", b)).add(never);
        }
        for (int i = 0; i < model.pieces().size(); i++) {
            vocabulary.addArray().add(model.pieces().get(i)).add(model.scores().get(i));
        }
        special.forEach((token, id) -> {
            if (id < vocabulary.size()) {
                vocabulary.insertArray(id).add(token).add(never);
            }
        });
        at.set("vocab", vocabulary);
        at.put("byte_fallback", true);
    }
}
