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

    @Test
    void aMasterThatIsNotThereIsNamed() throws IOException {
        String gone = "spark://127.0.0.1:" + unusedPort();
        assertThatThrownBy(() -> StandaloneMasters.of(gone).require(SHORT))
                .hasMessageStartingWith("no Spark master answers at " + gone + ": Connection refused")
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.CLUSTER));
    }

    @Test
    void oneOfSeveralIsEnough() throws IOException {
        try (ServerSocket master = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String masters = "spark://127.0.0.1:" + unusedPort() + ",127.0.0.1:" + master.getLocalPort();
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

    private static int unusedPort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}
