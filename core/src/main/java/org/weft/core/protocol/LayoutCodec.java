package org.weft.core.protocol;

import java.util.stream.IntStream;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner.BucketRange;

/** Which codec each bucket of a layout travels in, under one name. Safe for use by many threads. */
public interface LayoutCodec {

    /** One to four of a-z and 0-9: how requests and stream ids name it. */
    String name();

    /** That of one bucket. */
    BucketCodec of(Bucket bucket);

    /** Bytes of all buckets of a layout. */
    default long bytes(ParameterLayout layout) {
        return IntStream.range(0, layout.bucketCount())
                .mapToObj(layout::bucket)
                .mapToLong(bucket -> of(bucket).bytes(bucket.length()))
                .sum();
    }

    /** Those of some buckets that are not sent or received where their float32 stand, but in memory of their own. */
    default long bytesBeside(ParameterLayout layout, BucketRange range) {
        return IntStream.range(range.first(), range.end())
                .mapToObj(layout::bucket)
                .filter(bucket -> of(bucket) != BucketCodec.F32)
                .mapToLong(bucket -> of(bucket).bytes(bucket.length()))
                .sum();
    }
}
