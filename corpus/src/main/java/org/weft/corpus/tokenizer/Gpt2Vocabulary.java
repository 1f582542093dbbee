package org.weft.corpus.tokenizer;

import com.knuddels.jtokkit.api.EncodingType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.corpus.tokenizer.BpeModel.Merge;
import org.weft.corpus.tokenizer.bpe.ByteAlphabet;

/**
 * GPT-2's vocabulary out of the ranks that jtokkit carries ({@code r50k_base}). Ranks are GPT-2's ids, in the order in
 * which its tokens were learnt. A token's merge is not stored but follows: its bytes, merged by the ranks below its
 * own, end as two parts.
 */
public final class Gpt2Vocabulary {
    private static final String RANKS = "/com/knuddels/jtokkit/r50k_base.tiktoken";

    private final ByteAlphabet alphabet = new ByteAlphabet();
    private final List<byte[]> tokens = new ArrayList<>();
    private final List<String> spellings = new ArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();

    private Gpt2Vocabulary() {}

    public static BpeModel load() {
        Gpt2Vocabulary vocabulary = new Gpt2Vocabulary();
        vocabulary.readRanks();
        List<Merge> merges = new ArrayList<>();
        for (int id = ByteAlphabet.SIZE; id < vocabulary.tokens.size(); id++) {
            merges.add(vocabulary.mergeOf(id));
        }
        return new BpeModel(vocabulary.spellings, merges);
    }

    private void readRanks() {
        try (InputStream in = EncodingType.class.getResourceAsStream(RANKS);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            String line;
            while ((line = lines.readLine()) != null) {
                String[] parts = line.split(" ");
                int rank = Integer.parseInt(parts[1]);
                if (rank != tokens.size()) {
                    throw new IllegalStateException(RANKS + ": rank expected=" + tokens.size() + " actual=" + rank);
                }
                byte[] token = Base64.getDecoder().decode(parts[0]);
                tokens.add(token);
                spellings.add(alphabet.spell(token));
                ids.put(alphabet.spell(token), rank);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(RANKS, failure);
        }
    }

    private Merge mergeOf(int id) {
        List<String> parts = new ArrayList<>();
        for (char c : spellings.get(id).toCharArray()) {
            parts.add(String.valueOf(c));
        }
        while (parts.size() > 2) {
            int best = -1;
            int bestRank = id;
            for (int i = 0; i + 1 < parts.size(); i++) {
                int rank = ids.getOrDefault(parts.get(i) + parts.get(i + 1), id);
                if (rank < bestRank) {
                    best = i;
                    bestRank = rank;
                }
            }
            if (best < 0) {
                throw new IllegalStateException(RANKS + ": token " + id + " is not made of two earlier ones");
            }
            parts.set(best, parts.get(best) + parts.remove(best + 1));
        }
        return new Merge(ids.get(parts.get(0)), ids.get(parts.get(1)));
    }
}
