package org.weft.core.batches;

import java.util.List;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.examples.Example;
import org.weft.core.examples.ExampleParts;

/** Texts that belong together as one batch: an anchor and its positive, or these and a negative, of each example. */
final class ContrastBatch {
    private ContrastBatch() {}

    /** @param examples that {@link ExampleParts} joined, all of as many parts */
    static Batch of(List<Example> examples, FinetuneConfig tuning) {
        List<List<Example>> parts = examples.stream().map(ExampleParts::of).toList();
        Batch texts = PaddedBatch.of(parts.stream().flatMap(List::stream).toList(), false);
        return texts.asking(new Targets.Contrast(parts.get(0).size(), tuning.similarityScale(), tuning.symmetric()));
    }
}
