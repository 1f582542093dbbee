package org.weft.trainer.commands;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.hub.StoredModel;
import org.weft.trainer.commands.MaskFilling.Candidate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fill}: the words that a masked language model puts in place of a text's masks. */
@Command(
        name = "fill",
        description = "Find the words behind a text's masks with an encoder such as BERT.",
        mixinStandardHelpOptions = true)
public final class FillCommand implements Callable<Integer> {
    @Mixin
    private FileOptions options;

    @Mixin
    private CheckpointOption path;

    @Option(
            names = "--text",
            required = true,
            paramLabel = "TEXT",
            description = "Text with [MASK] where a word is to be found, as in 'The [MASK] of the union'.")
    private String text;

    @Option(
            names = "--top-k",
            defaultValue = "5",
            paramLabel = "K",
            description = "Candidates of each mask; default ${DEFAULT-VALUE}.")
    private int topK;

    @Override
    public Integer call() throws Exception {
        if (topK < 1) {
            throw WeftException.usage("--top-k " + topK + " must be at least 1", "");
        }
        try (FileAccess files = options.open()) {
            Store store = files.store();
            StoredModel model = path.model(store);
            try (MaskFilling filling = MaskFilling.open(model)) {
                List<List<Candidate>> masks = filling.fill(text, topK);
                print(masks);
                new Summary("fill")
                        .put("checkpoint", model.directory())
                        .put("text", text)
                        .put("masks", tree(masks))
                        .print();
            }
            return ExitStatus.DONE.code();
        }
    }

    private static void print(List<List<Candidate>> masks) {
        for (int mask = 0; mask < masks.size(); mask++) {
            System.out.println("mask " + (mask + 1) + " of " + masks.size());
            for (Candidate candidate : masks.get(mask)) {
                System.out.println(String.format(
                        Locale.ROOT,
                        "  %.4f  %s",
                        candidate.probability(),
                        candidate.token().strip()));
            }
        }
    }

    private static ArrayNode tree(List<List<Candidate>> masks) {
        ArrayNode tree = JsonNodeFactory.instance.arrayNode();
        for (List<Candidate> candidates : masks) {
            ArrayNode ofMask = tree.addArray();
            for (Candidate candidate : candidates) {
                ofMask.addObject()
                        .put("token", candidate.token())
                        .put("id", candidate.id())
                        .put("probability", candidate.probability());
            }
        }
        return tree;
    }
}
