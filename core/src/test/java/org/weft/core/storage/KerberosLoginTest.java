package org.weft.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

/** Principal and keytab come together, and only to a secured Hadoop; logins are in {@code KerberosIT}. */
class KerberosLoginTest {
    @Test
    void neitherIsNoLogin() {
        assertThat(KerberosLogin.of(null, null)).isNull();
        assertThat(KerberosLogin.of("", " ")).isNull();
        assertThat(KerberosLogin.of(" me@X ", "me.keytab").keytab())
                .startsWith("/")
                .endsWith("/me.keytab");
    }

    @Test
    void oneWithoutTheOtherIsRefused() {
        assertThatThrownBy(() -> KerberosLogin.of("me@X", null))
                .hasMessage("--principal me@X without --keytab")
                .extracting(e -> ((WeftException) e).status())
                .isEqualTo(ExitStatus.USAGE);
        assertThatThrownBy(() -> KerberosLogin.of("", "me.keytab"))
                .hasMessage("--keytab me.keytab without --principal");
    }

    @Test
    void isRefusedWhereHadoopIsNotSecured() {
        assertThatThrownBy(() -> new KerberosLogin("me@X", "/nowhere").login())
                .hasMessage("--principal me@X, but hadoop.security.authentication=simple in Hadoop's settings here")
                .extracting(e -> ((WeftException) e).hint())
                .asString()
                .startsWith("set HADOOP_CONF_DIR");
    }

    @Test
    void aKeytabThatEveryMachineHasIsAFileHere() {
        assertThat(KerberosLogin.of("me@X", "local:/etc/me.keytab").keytab()).isEqualTo("/etc/me.keytab");
    }

    @Test
    void anotherPrincipalThanTheProcessHasIsRefusedByName() {
        KerberosLogin login = new KerberosLogin("me@X", "/nowhere");
        login.requireSame("me@X");
        new KerberosLogin("me", "/nowhere").requireSame("me@X");
        assertThatThrownBy(() -> login.requireSame("you@X"))
                .hasMessage("--principal me@X, but this process is logged in as you@X by spark-submit's keytab");
        assertThatThrownBy(() -> login.requireSame("me@Y")).isInstanceOf(WeftException.class);
    }
}
