package org.weft.core.params;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.weft.core.params.RangePartitioner.BucketRange;

class ParameterLayoutTest {
    private static final int BUCKET = Bucket.ELEMENTS;

    @Test
    void parametersStandWithoutGaps() {
        ParameterLayout layout = layout("a", List.of(3, 5), "b", List.of(7));
        assertThat(layout.parameters()).extracting(Parameter::offset).containsExactly(0L, 15L);
        assertThat(layout.parameters()).extracting(Parameter::end).containsExactly(15L, 22L);
        assertThat(layout.size()).isEqualTo(22);
        assertThat(layout.bucketCount()).isEqualTo(1);
        assertThat(layout.bucket(0)).isEqualTo(new Bucket(0, 0, 22));
        assertThat(layout.bucket(0).bytes()).isEqualTo(88);
    }

    @Test
    void offsetsGoBeyondTwoToTheThirtyFirst() {
        ParameterLayout layout = layout("a", List.of(50_000, 60_000), "b", List.of(17));
        long size = 3_000_000_017L;
        assertThat(layout.size()).isEqualTo(size);
        assertThat(layout.parameters().get(1).offset()).isEqualTo(3_000_000_000L);
        int last = layout.bucketCount() - 1;
        assertThat(last).isEqualTo((int) (size / BUCKET));
        assertThat(layout.bucket(last)).isEqualTo(new Bucket(last, (long) last * BUCKET, (int) (size % BUCKET)));
        assertThat(layout.bucket(last).end()).isEqualTo(size);
    }

    @Test
    void theLastBucketMayBeFull() {
        ParameterLayout layout = layout("a", List.of(BUCKET), "b", List.of(BUCKET));
        assertThat(layout.bucketCount()).isEqualTo(2);
        assertThat(layout.bucket(1).length()).isEqualTo(BUCKET);
        assertThatThrownBy(() -> layout.bucket(2)).hasMessage("bucket=2 buckets=2");
        assertThatThrownBy(() -> layout.bucket(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void anEmptyLayoutHasNoBuckets() {
        ParameterLayout layout = ParameterLayout.builder().build();
        assertThat(layout.size()).isZero();
        assertThat(layout.bucketCount()).isZero();
    }

    @Test
    void hashDependsOnNameShapeOrderAndDecay() {
        String hash = layout("a", List.of(3, 5), "b", List.of(7)).hash();
        assertThat(layout("a", List.of(3, 5), "b", List.of(7)).hash())
                .isEqualTo(hash)
                .hasSize(64);
        assertThat(layout("a", List.of(5, 3), "b", List.of(7)).hash()).isNotEqualTo(hash);
        assertThat(layout("c", List.of(3, 5), "b", List.of(7)).hash()).isNotEqualTo(hash);
        assertThat(layout("b", List.of(7), "a", List.of(3, 5)).hash()).isNotEqualTo(hash);
        assertThat(ParameterLayout.builder()
                        .add("a", List.of(3, 5), false, Initializer.ZEROS)
                        .add("b", List.of(7), true, Initializer.ZEROS)
                        .build()
                        .hash())
                .isNotEqualTo(hash);
    }

    @Test
    void aShapeBeyondLongIsAnError() {
        assertThatThrownBy(() -> layout("a", List.of(1 << 30, 1 << 30, 1 << 30), "b", List.of(1)))
                .isInstanceOf(ArithmeticException.class);
    }

    @Property
    void everyBucketHasExactlyOneShard(
            @ForAll @IntRange(max = 3000) int buckets, @ForAll @IntRange(min = 1, max = 70) int shards) {
        RangePartitioner partitioner = new RangePartitioner(buckets, shards);
        int next = 0;
        for (int shard = 0; shard < shards; shard++) {
            BucketRange range = partitioner.range(shard);
            assertThat(range.first()).isEqualTo(next);
            assertThat(range.count()).isBetween(buckets / shards, (buckets + shards - 1) / shards);
            for (int bucket = range.first(); bucket < range.end(); bucket++) {
                if (partitioner.shardOf(bucket) != shard || !range.contains(bucket)) {
                    throw new AssertionError("bucket " + bucket + " shard " + shard);
                }
            }
            next = range.end();
        }
        assertThat(next).isEqualTo(buckets);
    }

    @Test
    void moreShardsThanBucketsLeaveSomeEmpty() {
        RangePartitioner partitioner = new RangePartitioner(2, 5);
        assertThat(List.of(0, 1, 2, 3, 4))
                .extracting(shard -> partitioner.range(shard).count())
                .containsExactly(0, 0, 1, 0, 1);
        assertThat(partitioner.shardOf(0)).isEqualTo(2);
        assertThat(partitioner.shardOf(1)).isEqualTo(4);
        assertThatThrownBy(() -> partitioner.range(5)).hasMessage("shard=5 shards=5");
    }

    @Test
    void partitionsDoNotOverflow() {
        RangePartitioner partitioner = new RangePartitioner(2_000_000_000, 64);
        assertThat(partitioner.range(63).end()).isEqualTo(2_000_000_000);
        assertThat(partitioner.shardOf(1_999_999_999)).isEqualTo(63);
    }

    /** A matrix begins a bucket where the one before has no room for it, and no longer one than before; what follows it fills its last. */
    @Test
    void bucketsBeginAnewAtMatricesThatHaveOneServer() {
        ParameterLayout plain = ParameterLayout.builder(10)
                .add("table", List.of(13, 1), true, Initializer.ZEROS)
                .add("small", List.of(2, 3), true, Initializer.ZEROS)
                .add("large", List.of(5, 5), true, Initializer.ZEROS)
                .add("last", List.of(2, 2), true, Initializer.ZEROS)
                .add("vector", List.of(9), false, Initializer.ZEROS)
                .build();
        ParameterLayout cut = plain.around(List.of(whole(plain, 1), whole(plain, 2), whole(plain, 3)));
        assertThat(cut.hash()).isEqualTo(plain.hash());
        // [0, 10) table; [10, 19) table, small; [19, 29), [29, 39), [39, 49) large, last, vector; [49, 57) vector
        assertThat(IntStream.range(0, cut.bucketCount()).mapToObj(cut::bucket))
                .containsExactly(
                        new Bucket(0, 0, 10),
                        new Bucket(1, 10, 9),
                        new Bucket(2, 19, 10),
                        new Bucket(3, 29, 10),
                        new Bucket(4, 39, 10),
                        new Bucket(5, 49, 8));
        assertThat(IntStream.range(0, cut.bucketCount()).filter(cut::continues)).containsExactly(3, 4);
        for (long at = 0; at < cut.size(); at++) {
            Bucket bucket = cut.bucket(cut.bucketOf(at));
            assertThat(at).isBetween(bucket.offset(), bucket.end() - 1);
        }
    }

    @Property
    void noMatrixIsCutBetweenServers(
            @ForAll @Size(min = 1, max = 12) List<@IntRange(min = 1, max = 9) Integer> sides,
            @ForAll @IntRange(min = 1, max = 5) int shards,
            @ForAll @IntRange(min = 1, max = 20) int bucket) {
        ParameterLayout.Builder builder = ParameterLayout.builder(bucket);
        for (int i = 0; i < sides.size(); i++) {
            builder.add("m" + i, List.of(sides.get(i), 3), true, Initializer.ZEROS);
            builder.add("v" + i, List.of(sides.get(i)), true, Initializer.ZEROS);
        }
        ParameterLayout plain = builder.build();
        ParameterLayout layout = plain.around(IntStream.range(0, sides.size())
                .mapToObj(i -> whole(plain, 2 * i))
                .toList());
        RangePartitioner partitioner = RangePartitioner.of(layout, shards);
        int next = 0;
        for (int shard = 0; shard < shards; shard++) {
            BucketRange range = partitioner.range(shard);
            assertThat(range.first()).isEqualTo(next);
            next = range.end();
            for (int at = range.first(); at < range.end(); at++) {
                assertThat(partitioner.shardOf(at)).isEqualTo(shard);
                assertThat(layout.bucket(at).length()).isBetween(1, bucket);
            }
        }
        assertThat(next).isEqualTo(layout.bucketCount()).isEqualTo(partitioner.buckets());
        for (WholeMatrix matrix : layout.matrices()) {
            int first = layout.bucketOf(matrix.parameter().offset());
            int last = layout.bucketOf(matrix.parameter().end() - 1);
            assertThat(partitioner.shardOf(last)).isEqualTo(partitioner.shardOf(first));
        }
    }

    /** By work, not by elements: the table is most of them and the least of it. */
    @Test
    void shardsHaveTheirShareOfTheWork() {
        ParameterLayout.Builder builder = ParameterLayout.builder();
        builder.add("table", List.of(1000, 1024), true, Initializer.ZEROS);
        for (int i = 0; i < 8; i++) {
            builder.add("m" + i, List.of(1024, 1024), true, Initializer.ZEROS);
        }
        ParameterLayout plain = builder.build();
        ParameterLayout layout = plain.around(
                IntStream.rangeClosed(1, 8).mapToObj(i -> whole(plain, i)).toList());
        assertThat(layout.bucketCount()).isEqualTo(9);
        RangePartitioner partitioner = RangePartitioner.of(layout, 2);
        assertThat(partitioner.range(0)).isEqualTo(new BucketRange(0, 5));
        assertThat(partitioner.range(1)).isEqualTo(new BucketRange(5, 9));
    }

    private static WholeMatrix whole(ParameterLayout layout, int parameter) {
        Parameter matrix = layout.parameters().get(parameter);
        return new WholeMatrix(matrix, List.of(MatrixPart.whole(matrix)));
    }

    private static ParameterLayout layout(String a, List<Integer> shapeA, String b, List<Integer> shapeB) {
        return ParameterLayout.builder()
                .add(a, shapeA, true, Initializer.normal(0.02))
                .add(b, shapeB, false, Initializer.ZEROS)
                .build();
    }
}
