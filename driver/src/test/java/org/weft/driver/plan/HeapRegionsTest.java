package org.weft.driver.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapRegionsTest {
    private static final long GIB = 1L << 30;
    private static final long MIB = 1L << 20;

    /** As {@code java -Xmx… -XX:+PrintFlagsFinal} of JDK 17 has G1HeapRegionSize. */
    @Test
    void g1HasRegionsOfItsOwn() {
        assertThat(HeapRegions.ownChoice(GIB / 2)).isEqualTo(MIB);
        assertThat(HeapRegions.ownChoice(2 * GIB)).isEqualTo(MIB);
        assertThat(HeapRegions.ownChoice(3 * GIB)).isEqualTo(2 * MIB);
        assertThat(HeapRegions.ownChoice(8 * GIB)).isEqualTo(4 * MIB);
        assertThat(HeapRegions.ownChoice(32 * GIB)).isEqualTo(16 * MIB);
        assertThat(HeapRegions.ownChoice(1L << 40)).isEqualTo(32 * MIB);
    }

    @Test
    void aBucketJustMissesFitting() {
        assertThat(HeapRegions.occupied(4 * MIB, GIB)).isEqualTo(5 * MIB);
        assertThat(HeapRegions.occupied(4 * MIB, 8 * GIB)).isEqualTo(5 * MIB);
        assertThat(HeapRegions.occupied(4 * MIB, 16 * GIB)).isEqualTo(5 * MIB);
    }

    @Test
    void regionsAreSetWhereG1WouldLoseMore() {
        assertThat(HeapRegions.option(2 * GIB)).isEmpty();
        assertThat(HeapRegions.option(3 * GIB)).contains("-XX:G1HeapRegionSize=1m");
        assertThat(HeapRegions.option(16 * GIB)).contains("-XX:G1HeapRegionSize=1m");
        assertThat(HeapRegions.option(17 * GIB)).isEmpty();
    }

    @Test
    void smallArraysTakeTheirBytes() {
        assertThat(HeapRegions.occupied(100, GIB)).isEqualTo(116);
        assertThat(HeapRegions.occupied(4 * MIB, 64 * GIB)).isEqualTo(4 * MIB + 16);
    }
}
