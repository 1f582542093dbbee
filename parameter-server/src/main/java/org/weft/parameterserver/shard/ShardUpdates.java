package org.weft.parameterserver.shard;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.weft.core.optim.MatrixBuckets;
import org.weft.core.optim.MatrixProducts;
import org.weft.core.optim.NewtonSchulz;
import org.weft.core.optim.Optimizer;
import org.weft.core.params.Bucket;
import org.weft.core.params.WholeMatrix;
import org.weft.core.protocol.PushLayout;

/**
 * Updates a shard's buckets, by turns: one bucket a turn; those that a matrix is in that is moved as a whole are one turn. Beside the buckets
 * it holds the weights of the turn at hand, and the work space of the largest matrix. The server's thread's.
 */
final class ShardUpdates {
    private final PushLayout pushes;
    private final Optimizer optimizer;
    private final ShardParts parts;
    private final List<Turn> turns = new ArrayList<>();
    private final NewtonSchulz orthogonal;
    /** As many buckets' weights as the longest turn has. */
    private final float[][] staging;

    /**
     * Buckets that are updated together, and published one after the other.
     *
     * @param matrices that are in them
     */
    record Turn(List<BucketState> states, List<WholeMatrix> matrices) {}

    /** @param states of all buckets of the shard, in order */
    ShardUpdates(
            PushLayout pushes,
            Optimizer optimizer,
            ShardParts parts,
            List<BucketState> states,
            MatrixProducts products) {
        this.pushes = pushes;
        this.optimizer = optimizer;
        this.parts = parts;
        for (BucketState state : states) {
            if (!pushes.layout().continues(state.bucket().index())) {
                turns.add(new Turn(new ArrayList<>(), new ArrayList<>()));
            }
            turns.get(turns.size() - 1).states().add(state);
        }
        List<WholeMatrix> matrices = new ArrayList<>();
        for (WholeMatrix matrix : pushes.layout().matrices()) {
            int bucket = pushes.layout().bucketOf(matrix.parameter().offset());
            turns.stream().filter(turn -> has(turn, bucket)).forEach(turn -> {
                turn.matrices().add(matrix);
                matrices.add(matrix);
            });
        }
        this.orthogonal = new NewtonSchulz(products, matrices);
        int most = turns.stream().mapToInt(turn -> turn.states().size()).max().orElse(1);
        int longest =
                states.stream().mapToInt(state -> state.bucket().length()).max().orElse(0);
        this.staging = new float[most][longest];
    }

    private static boolean has(Turn turn, int bucket) {
        return turn.states().stream().anyMatch(state -> state.bucket().index() == bucket);
    }

    List<Turn> turns() {
        return turns;
    }

    /** A bucket's memory that nobody needs between turns. */
    float[] spare() {
        return staging[0];
    }

    /** @param sums where the complete sum of a pushed bucket stands */
    void update(Turn turn, ShardUpdate update, IntFunction<float[]> sums) {
        List<Optimizer.State> before = new ArrayList<>(turn.states().size());
        for (BucketState state : turn.states()) {
            before.add(move(state, staging[before.size()], update, sums));
        }
        if (!turn.matrices().isEmpty()) {
            List<Bucket> buckets =
                    turn.states().stream().map(BucketState::bucket).toList();
            MatrixBuckets where = new MatrixBuckets(buckets, before);
            for (WholeMatrix matrix : turn.matrices()) {
                optimizer.update(update.step(), update.scale(), matrix, where, orthogonal);
            }
        }
        for (int i = 0; i < before.size(); i++) {
            keep(turn.states().get(i), staging[i], update, sums);
        }
    }

    /** Moves all of a bucket that is no part of a matrix; returns what it is moved by. */
    private Optimizer.State move(BucketState state, float[] weights, ShardUpdate update, IntFunction<float[]> sums) {
        Bucket bucket = state.bucket();
        state.weights().read(update.step(), weights, bucket.length());
        state.keepPrevious(update.step());
        float[] gradient = state.forUpdate(sums.apply(pushes.index(bucket.index(), 0)));
        optimizer.addNoise(update.step(), bucket.offset(), gradient, bucket.length());
        Optimizer.State before = new Optimizer.State(gradient, weights, state.vectors());
        for (Optimizer.Segment segment : state.segments()) {
            optimizer.update(update.step(), update.updates(), update.scale(), before, segment);
        }
        return before;
    }

    /** Makes of a bucket's new weights the next version, and takes what came beside the gradient. */
    private void keep(BucketState state, float[] weights, ShardUpdate update, IntFunction<float[]> sums) {
        Bucket bucket = state.bucket();
        state.weights().write(update.next(), weights, bucket.length());
        for (int i = 0; i < pushes.inner(update.step()).size(); i++) {
            float[] mean = sums.apply(pushes.index(bucket.index(), 1 + i));
            System.arraycopy(mean, 0, state.vectors()[parts.firstInner() + i], 0, bucket.length());
        }
    }
}
