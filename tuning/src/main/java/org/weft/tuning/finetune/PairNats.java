package org.weft.tuning.finetune;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.weft.core.batches.PreferenceBatch;
import org.weft.core.examples.Example;
import org.weft.engine.ModelReplica;

/** What the answers of pairs cost a model; pairs of about one length are computed together. */
final class PairNats {
    private PairNats() {}

    /**
     * In the pairs' order.
     *
     * @param batch pairs that are computed together
     * @return (N, 2), in nats: of the better answer and of the worse one
     */
    static double[][] of(ModelReplica replica, List<Example> pairs, int batch) {
        List<Integer> byLength = IntStream.range(0, pairs.size())
                .boxed()
                .sorted(Comparator.comparingInt(pair -> pairs.get(pair).length()))
                .toList();
        double[][] nats = new double[pairs.size()][];
        for (int from = 0; from < pairs.size(); from += batch) {
            List<Integer> chosen = byLength.subList(from, Math.min(pairs.size(), from + batch));
            double[] computed = replica.sequenceNats(
                    PreferenceBatch.answers(chosen.stream().map(pairs::get).toList())); // (2 B)
            for (int i = 0; i < chosen.size(); i++) {
                nats[chosen.get(i)] = new double[] {computed[2 * i], computed[2 * i + 1]};
            }
        }
        return nats;
    }
}
