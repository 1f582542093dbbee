package org.weft.corpus.tokenizer.learn;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.weft.core.WeftException;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.TokenizerConfig;
import org.weft.corpus.tokenizer.BpeModel;
import org.weft.corpus.tokenizer.TokenizerJson;
import org.weft.corpus.tokenizer.UnigramJson;
import org.weft.corpus.tokenizer.UnigramModel;
import org.weft.corpus.tokenizer.WordPieceJson;
import org.weft.corpus.tokenizer.bpe.ByteAlphabet;

/**
 * Trains a tokenizer on documents: words are counted on the executors, the vocabulary is learnt on the driver.
 *
 * <p>The driver holds at most {@code maxWords} different words and what is learnt from them, however large the corpus;
 * the result is a function of the words' counts alone.
 */
public final class TokenizerTrainer {
    public static final int MAX_WORDS = 1_000_000;

    private static final int PROGRESS_TOKENS = 2048;

    private final int maxWords;
    private final Consumer<String> progress;

    public TokenizerTrainer(int maxWords, Consumer<String> progress) {
        this.maxWords = maxWords;
        this.progress = progress;
    }

    /**
     * Learns from documents (UTF-8).
     *
     * @param model that the tokenizer is for
     * @return a {@code tokenizer.json}
     */
    public byte[] train(JavaRDD<byte[]> documents, TokenizerConfig config, ModelConfig model) {
        WordCut cut =
                switch (config.kind()) {
                    case BPE -> new PatternWords(config);
                    case UNIGRAM -> new ScriptWords(config);
                    case WORDPIECE -> new BertWords(config);
                    case FILE, GPT2 ->
                        throw new IllegalArgumentException(
                                "tokenizer.kind=" + config.kind().word() + " is not trained");
                };
        return train(WordCounts.of(documents, cut, maxWords), config, model);
    }

    byte[] train(WordCounts words, TokenizerConfig config, ModelConfig model) {
        progress.accept("learning a vocabulary of " + config.vocabSize() + " from "
                + words.words().size() + " words"
                + (words.least() > 1 ? " that occur at least " + words.least() + " times" : ""));
        return switch (config.kind()) {
            case BPE -> bpe(words, config, model);
            case UNIGRAM -> unigram(words, config, model);
            case WORDPIECE -> wordPiece(words, config, WordPieceJson.specialTokens(model));
            case FILE, GPT2 ->
                throw new IllegalArgumentException(
                        "tokenizer.kind=" + config.kind().word());
        };
    }

    /** A model's own, and behind them those that somebody asks for. */
    private static List<String> specialTokens(List<String> own, TokenizerConfig config) {
        List<String> all = new ArrayList<>(own);
        config.specialTokens().stream().filter(token -> !own.contains(token)).forEach(all::add);
        return all;
    }

    private byte[] bpe(WordCounts words, TokenizerConfig config, ModelConfig model) {
        List<String> special = specialTokens(TokenizerJson.specialTokens(model), config);
        ByteAlphabet alphabet = new ByteAlphabet();
        int[][] ids = new int[words.counts().length][];
        for (int w = 0; w < ids.length; w++) {
            ids[w] = alphabet.ids(words.words().get(w).getBytes(StandardCharsets.UTF_8));
        }
        MergeLearner learner = new MergeLearner(ids, words.counts(), alphabet.spellings(), "", Set.copyOf(special));
        BpeModel learnt = merges(learner, config.vocabSize() - special.size(), config);
        return TokenizerJson.of(learnt, special, config, model.paddingId());
    }

    private byte[] wordPiece(WordCounts words, TokenizerConfig config, List<String> own) {
        List<String> special = specialTokens(own, config);
        List<String> added = special.subList(own.size(), special.size());
        int open = config.vocabSize() - own.size() - added.size();
        Alphabet alphabet = new Alphabet(words, config.minFrequency());
        ContinuingWords spelt = new ContinuingWords(words, alphabet);
        int letters = letters(alphabet, config, spelt.symbols(alphabet.size()), open, spelt::symbols);
        requireNoLetter(alphabet.first(letters), WordPieceJson.CONTINUING, special);
        MergeLearner learner = spelt.learner(letters, Set.copyOf(special));
        return WordPieceJson.of(own, merges(learner, open, config).tokens(), added, config);
    }

    private byte[] unigram(WordCounts words, TokenizerConfig config, ModelConfig model) {
        List<String> special = specialTokens(TokenizerJson.specialTokens(model), config);
        int open = config.vocabSize() - UnigramJson.RESERVED - special.size();
        Alphabet alphabet = new Alphabet(words, config.minFrequency());
        int reserved = UnigramJson.LETTERS.length();
        int letters = letters(alphabet, config, alphabet.size(), open - reserved, count -> count);
        int[] points = IntStream.concat(IntStream.of(alphabet.first(letters)), UnigramJson.LETTERS.chars())
                .sorted()
                .distinct()
                .toArray();
        requireNoLetter(points, "", special);
        UnigramLearner learner =
                new UnigramLearner(points, words, config.minFrequency(), UnigramLearner.SEEDS, progress);
        UnigramModel learnt =
                UnigramLearner.withLetters(learner.learn(open), UnigramJson.LETTERS, Set.copyOf(special), open);
        say(UnigramJson.RESERVED + learnt.pieces().size() + special.size(), config);
        return UnigramJson.of(learnt, special, config, model.paddingId());
    }

    /** How many tokens the most frequent characters of some number make. */
    private interface Symbols {
        int of(int characters);
    }

    /**
     * How many of the most frequent characters are spelt: as many as asked for, or else what half of the vocabulary holds.
     *
     * @param all tokens that every character together makes
     * @param open tokens that there may be
     */
    private int letters(Alphabet alphabet, TokenizerConfig config, int all, int open, Symbols symbols) {
        int asked = config.limitAlphabet();
        int letters = asked == 0 ? alphabet.size() : Math.min(asked, alphabet.size());
        if (asked > 0 && symbols.of(letters) > open) {
            throw WeftException.usage(
                    "vocabulary smaller than its alphabet: tokenizer.vocab_size=" + config.vocabSize()
                            + " has room for "
                            + Math.max(0, open) + " tokens beside its special ones, tokenizer.limit_alphabet=" + asked
                            + " makes " + symbols.of(letters),
                    "raise tokenizer.vocab_size, or leave tokenizer.limit_alphabet out: half of the vocabulary then");
        }
        while (asked == 0 && letters > 0 && symbols.of(letters) > open / 2) {
            letters -= Math.max(1, Math.min(letters / 2, (symbols.of(letters) - open / 2) / 2));
        }
        if (letters < alphabet.different()) {
            progress.accept(String.format(
                    Locale.ROOT,
                    "%d of %d different characters are spelt, %.3f %% of the text",
                    letters,
                    alphabet.different(),
                    alphabet.percent(letters)));
        }
        return letters;
    }

    private BpeModel merges(MergeLearner learner, int tokens, TokenizerConfig config) {
        BpeModel learnt = learner.learn(tokens, config.minFrequency(), learning -> {
            if (learning % PROGRESS_TOKENS == 0) {
                progress.accept("learnt " + learning + " of " + tokens + " tokens");
            }
        });
        say(learnt.tokens().size() + config.vocabSize() - tokens, config);
        return learnt;
    }

    private void say(int size, TokenizerConfig config) {
        if (size < config.vocabSize()) {
            progress.accept("warning: the vocabulary has " + size + " tokens, not tokenizer.vocab_size="
                    + config.vocabSize() + ": nothing more occurs tokenizer.min_frequency=" + config.minFrequency()
                    + " times");
        }
    }

    /**
     * Longer tokens are not learnt where a special one is spelt so; a letter has to be one.
     *
     * @param continuing what the spelling of a letter within a word begins with
     */
    private static void requireNoLetter(int[] letters, String continuing, List<String> special) {
        for (int letter : letters) {
            String spelt = Character.toString(letter);
            for (String token : special) {
                if (token.equals(spelt) || token.equals(continuing + spelt)) {
                    throw WeftException.usage(
                            "tokenizer.special_tokens=" + token + " is a letter of the text",
                            "write it as no text has it, such as <|" + token + "|>");
                }
            }
        }
    }
}
