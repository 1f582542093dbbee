package org.weft.parameterserver.shard;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.optim.StateVector;
import org.weft.core.protocol.BucketCodecs;
import org.weft.core.protocol.PulledForm;

/**
 * What a shard keeps beside its weights, in the order in which its buckets, copies and checkpoints have it: what its optimizer keeps,
 * the means of what lanes' optimizers keep, and, where gradients are late, what the next one is taken at.
 */
record ShardParts(List<StateVector> optimizer, List<StateVector> inner, KeptVersions versions) {

    List<StateVector> all() {
        List<StateVector> all = new ArrayList<>(optimizer);
        all.addAll(inner);
        if (versions.several()) {
            all.add(StateVector.PREVIOUS);
        }
        return all;
    }

    /** Those that a checkpoint has: one without late gradients, or of step 0, lacks what the next one is taken at. */
    List<StateVector> in(CheckpointReader checkpoint) throws IOException {
        boolean lacking = versions.several() && !checkpoint.has(StateVector.PREVIOUS);
        return lacking ? new ShardParts(optimizer, inner, KeptVersions.NEWEST).all() : all();
    }

    int indexOf(StateVector part) {
        int index = all().indexOf(part);
        if (index < 0) {
            throw new IllegalStateException("this shard keeps " + all() + ", not " + part);
        }
        return index;
    }

    /** Where the first of {@link #inner} is. */
    int firstInner() {
        return optimizer.size();
    }

    /** What may be pulled while training goes on, in which form: the first is the weights as they are. */
    List<PulledForm> pulled(BucketCodecs codecs) {
        Stream<StateVector> coded =
                Stream.of(StateVector.PARAM, versions.lasting()).distinct();
        Stream<PulledForm> weights =
                coded.flatMap(part -> codecs.pulled().stream().map(codec -> new PulledForm(part, codec)));
        Stream<PulledForm> means = inner.stream().map(PulledForm::plain);
        return Stream.concat(weights, means).toList();
    }
}
