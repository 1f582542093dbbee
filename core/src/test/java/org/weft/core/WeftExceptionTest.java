package org.weft.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WeftExceptionTest {
    @Test
    void isFoundWithinWhatSparkWrapsItIn() {
        WeftException cause = WeftException.invalidData("shard damaged", "restore it");
        assertThat(WeftException.within(new RuntimeException("job aborted", new IllegalStateException(cause))))
                .isSameAs(cause);
        assertThat(WeftException.within(new RuntimeException("other"))).isNull();
        assertThat(WeftException.within(null)).isNull();
    }

    @Test
    void carriesTheExitStatusThatIsPartOfTheInterface() {
        assertThat(WeftException.invalidData("", "").status().code()).isEqualTo(3);
        assertThat(WeftException.usage("", "").status().code()).isEqualTo(2);
        assertThat(WeftException.failed("", "").status().code()).isEqualTo(1);
        assertThat(ExitStatus.CLUSTER.code()).isEqualTo(4);
        assertThat(ExitStatus.DONE.code()).isZero();
        assertThat(ExitStatus.TERMINATED.code()).isEqualTo(143);
    }
}
