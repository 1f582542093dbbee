package org.weft.driver.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

@Timeout(60)
class StandaloneMastersTest {
    private static final Duration SHORT = Duration.ofMillis(100);

    /** A port that nobody is given who asks for any. */
    private static final String GONE = "spark://127.0.0.1:1";

    @Test
    void aMasterThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> StandaloneMasters.of(GONE).require(SHORT))
                .hasMessageStartingWith("no Spark master answers at " + GONE + ": Connection refused")
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.CLUSTER));
    }

    @Test
    void oneOfSeveralIsEnough() throws IOException {
        try (ServerSocket master = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String masters = GONE + ",127.0.0.1:" + master.getLocalPort();
            assertThatCode(() -> StandaloneMasters.of(masters).require(SHORT)).doesNotThrowAnyException();
        }
    }

    @Test
    void otherClustersAndWhatIsNoAddressAreSparksOwn() {
        for (String master :
                new String[] {"local[2]", "yarn", "k8s://https://host:1", "spark://host", "spark://h:99999"}) {
            assertThatCode(() -> StandaloneMasters.of(master).require(SHORT)).doesNotThrowAnyException();
        }
    }
}
