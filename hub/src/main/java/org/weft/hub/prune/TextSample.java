package org.weft.hub.prune;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.batches.Batch;
import org.weft.core.batches.DocumentWindows;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.source.DocumentReader;
import org.weft.corpus.source.InputFiles;
import org.weft.corpus.source.InputSplit;
import org.weft.corpus.tokenizer.TextTokenizer;

/**
 * Text that a model is looked at with: the first documents of files, read as {@code prepare} reads them.
 *
 * @param input files, folders or globs
 * @param tokens at most, counted where they are predicted
 */
public record TextSample(List<String> input, int tokens) {
    private static final long PART_BYTES = 1 << 18;

    /** Batches of a model that continues texts. */
    List<Batch> batches(Store store, WeftConfig config, TokenizerFile file) throws IOException {
        CorpusConfig corpus = config.corpus().reading(input);
        List<Batch> batches = new ArrayList<>();
        DocumentWindows windows = new DocumentWindows(
                config.model().context(), Math.max(1, config.training().microBatch()), batches::add);
        try (TextTokenizer tokenizer = TextTokenizer.of(file)) {
            int left = tokens;
            for (InputFiles.Part part :
                    InputFiles.list(store, corpus, PART_BYTES, "--text").parts()) {
                for (InputSplit split : part.splits()) {
                    left = add(store, split, tokenizer, corpus.splitSpecialTokens(), windows, left);
                }
            }
        }
        windows.flush();
        if (batches.isEmpty()) {
            throw WeftException.invalidData(
                    "--text " + String.join(" ", input) + " has no document of two tokens", "give some text");
        }
        return batches;
    }

    private static int add(
            Store store, InputSplit split, TextTokenizer tokenizer, boolean apart, DocumentWindows windows, int most)
            throws IOException {
        int left = most;
        if (left <= 0) {
            return 0;
        }
        try (DocumentReader reader = DocumentReader.open(store, split)) {
            while (left > 0 && reader.hasNext()) {
                String text = new String(reader.next(), StandardCharsets.UTF_8);
                int[] framed = tokenizer.framed(tokenizer.encode(text, apart));
                int[] taken = framed.length > left + 1 ? Arrays.copyOf(framed, left + 1) : framed;
                windows.add(taken);
                left -= Math.max(0, taken.length - 1);
            }
        }
        return left;
    }
}
