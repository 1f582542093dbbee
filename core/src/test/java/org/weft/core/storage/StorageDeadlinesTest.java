package org.weft.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

/** A storage that does not answer: how long it is waited for, and what is said about it then. */
class StorageDeadlinesTest {
    private static final String CALL = "Call From vm/127.0.0.1 to namenode:8020 failed on connection exception: ";

    @Test
    void hadoopsOwnDefaultsAreReplaced() {
        assertThat(new Configuration().get("ipc.client.rpc-timeout.ms"))
                .as("for ever in Hadoop 3.3, two minutes in 3.5")
                .isIn("0", "120000");
        Configuration bounded = HadoopStore.bounded(new Configuration());
        assertThat(bounded.get("ipc.client.rpc-timeout.ms")).isEqualTo("20000");
        assertThat(bounded.get("ipc.client.connect.max.retries.on.timeouts")).isEqualTo("2");
    }

    @Test
    void whatTheUserSetStands() {
        Configuration users = new Configuration();
        users.set("ipc.client.rpc-timeout.ms", "90000");
        assertThat(HadoopStore.bounded(users).get("ipc.client.rpc-timeout.ms")).isEqualTo("90000");
        assertThat(HadoopStore.bounded(new Configuration(false)).get("ipc.client.connect.timeout"))
                .isEqualTo("10000");
    }

    @Test
    void namesTheAddressAndTheReason() {
        ConnectException reason = new ConnectException("Connection refused");
        ConnectException wrapped = new ConnectException(CALL + reason + "; see the wiki");
        wrapped.initCause(reason);
        WeftException told = UnreachableStorage.explain(new RuntimeException("task failed", wrapped));
        assertThat(told).hasMessage("cannot reach the storage at namenode:8020: Connection refused");
        assertThat(told.hint()).startsWith("check run.dir and corpus.input, that the NameNode is up");
        assertThat(told.status()).isEqualTo(ExitStatus.FAILED);

        IOException hung = new IOException(CALL + "timed out", new SocketTimeoutException("20000 millis timeout"));
        assertThat(UnreachableStorage.explain(hung))
                .hasMessage("cannot reach the storage at namenode:8020: 20000 millis timeout");
        assertThat(UnreachableStorage.explain(new IllegalArgumentException(new UnknownHostException("nowhere"))))
                .hasMessage("cannot reach the storage: no such host: nowhere");
    }

    @Test
    void saysNothingOfOtherFailures() {
        assertThat(UnreachableStorage.explain(new IOException("disk full"))).isNull();
        assertThat(UnreachableStorage.explain(new ConnectException("a server of the run")))
                .isNull();
    }
}
