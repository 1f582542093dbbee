package org.weft.core.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.weft.core.Json;
import org.weft.core.WeftException;

/**
 * Tokens that stand for spans which were cut out of a text (Raffel et al. 2020, section 3.1.4), and the one that ends a text.
 *
 * @param ids of {@code <extra_id_0>}, {@code <extra_id_1>} and so on
 * @param end of a text
 */
public record Sentinels(List<Integer> ids, int end) {
    /** As many as T5's own vocabulary has. */
    public static final int COUNT = 100;

    /** How they are spelt, the last number first: the first span's stands at the vocabulary's end, as in T5's. */
    public static List<String> names() {
        return IntStream.range(0, COUNT).mapToObj(i -> name(COUNT - 1 - i)).toList();
    }

    private static String name(int number) {
        return "<extra_id_" + number + ">";
    }

    /**
     * Those of a tokenizer.
     *
     * @param needed spans of a sequence
     * @throws WeftException where it has fewer
     */
    public static Sentinels of(TokenizerFile tokenizer, int needed) {
        JsonNode root = Json.parse(
                tokenizer.json(), tokenizer.path(), "give a tokenizer.json as Hugging Face's tokenizers write it");
        Map<String, Integer> known = SpecialTokens.ids(root);
        List<Integer> ids = new ArrayList<>();
        while (ids.size() < needed && known.containsKey(name(ids.size()))) {
            ids.add(known.get(name(ids.size())));
        }
        if (ids.size() < needed) {
            throw WeftException.invalidData(
                    tokenizer.path() + " has " + ids.size()
                            + " tokens <extra_id_0> and so on, which stand for spans that are"
                            + " cut out: a sequence has " + needed,
                    "run prepare again with model.architecture=t5 in the configuration, or give a T5's tokenizer.json"
                            + (ids.isEmpty() ? "" : ", or make model.context smaller"));
        }
        int end = tokenizer
                .roles()
                .in(known, TokenRoles.END)
                .or(() -> TokenRoles.ENDS_OF_TEXT.stream()
                        .filter(known::containsKey)
                        .map(known::get)
                        .findFirst())
                .orElseThrow(() -> WeftException.invalidData(
                        tokenizer.path() + " has no token for the end of a text: looked for " + TokenRoles.ENDS_OF_TEXT,
                        "name the one that it has as eos_token in " + TokenRoles.TOKENIZER_CONFIG + " beside it"));
        return new Sentinels(List.copyOf(ids), end);
    }
}
