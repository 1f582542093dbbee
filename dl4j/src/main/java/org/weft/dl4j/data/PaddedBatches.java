package org.weft.dl4j.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.weft.core.batches.BatchSource;
import org.weft.core.config.TrainingConfig;

/** Micro-batches out of shards of examples, padded and masked where sequences differ in length. For one thread at a time. */
public final class PaddedBatches implements BatchSource<ExampleBatch> {
    private final ExampleShards reader;
    private final ExampleOrder order;
    private final TrainingConfig training;

    public PaddedBatches(ExampleShards reader, ExampleOrder order, TrainingConfig training) {
        this.reader = reader;
        this.order = order;
        this.training = training;
    }

    @Override
    public synchronized ExampleBatch training(int step, int lane, int microBatch) throws IOException {
        List<MultiDataSet> single = new ArrayList<>();
        for (long number : order.examples(training, step, lane, microBatch)) {
            single.add(reader.read(number));
        }
        return batch(single);
    }

    private static ExampleBatch batch(List<MultiDataSet> single) {
        if (single.size() == 1) {
            return new ExampleBatch(single.get(0), 1);
        }
        MultiDataSet merged = org.nd4j.linalg.dataset.MultiDataSet.merge(single);
        single.forEach(ExampleBatch::free);
        return new ExampleBatch(merged, single.size());
    }

    /** Examples of a global batch: Deeplearning4j's loss is a mean over examples and a sum over time steps. */
    @Override
    public double targets(int step) {
        return training.globalBatch();
    }

    /**
     * There is no validation during a fit: Deeplearning4j evaluates between fits.
     *
     * @throws UnsupportedOperationException always
     */
    @Override
    public ExampleBatch validation(int index) {
        throw new UnsupportedOperationException("a fit has no validation examples: index=" + index);
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
