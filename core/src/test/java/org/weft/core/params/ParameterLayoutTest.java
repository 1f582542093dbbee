package org.weft.core.params;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
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

    private static ParameterLayout layout(String a, List<Integer> shapeA, String b, List<Integer> shapeB) {
        return ParameterLayout.builder()
                .add(a, shapeA, true, Initializer.normal(0.02))
                .add(b, shapeB, false, Initializer.ZEROS)
                .build();
    }
}
