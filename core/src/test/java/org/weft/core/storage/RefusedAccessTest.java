package org.weft.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

/** What is said where Kerberos or permissions refuse, by the words that a real KDC and a real HDFS have for it. */
class RefusedAccessTest {
    private static final String LOGIN = "failure to login: for principal: me@X from keytab me.keytab"
            + " javax.security.auth.login.LoginException: ";

    @Test
    void loginsSayWhatTheKdcMeant() {
        assertLogin("Client not found in Kerberos database (6)", "the KDC does not know this principal");
        assertLogin("Clients credentials have been revoked (18)", "the principal has expired or is locked");
        assertLogin("Client's entry in database has expired (1)", "the principal has expired or is locked");
        assertLogin(
                "Integrity check on decrypted field failed (31) - PREAUTH_FAILED",
                "the KDC does not accept the keytab's keys: they are older than the principal's password");
        assertLogin(
                "Clock skew too great (37)",
                "this machine's clock differs from the KDC's by more than Kerberos allows");
        assertLogin("Unable to obtain password from user", "the keytab has no keys of it");
        assertLogin("Connection refused", "no KDC answers");
    }

    private static void assertLogin(String words, String told) {
        assertTold(LOGIN + words, "Kerberos: login of me@X by keytab me.keytab: " + told);
    }

    @Test
    void whatIsNotKnownIsQuoted() {
        IOException failure = new IOException(LOGIN + "something new", new IOException("a word nobody expected"));
        assertThat(RefusedAccess.explain(failure))
                .hasMessage("Kerberos: login of me@X by keytab me.keytab: a word nobody expected");
    }

    @Test
    void hdfsSaysNo() {
        WeftException told = assertTold(
                "Permission denied: user=weft, access=WRITE, inode=\"/runs\":nn:supergroup:drwxr-xr-x",
                "storage refuses: user weft may not WRITE /runs (of nn:supergroup, drwxr-xr-x)");
        assertThat(told.hint()).contains("hdfs dfs -chown").contains("run.dir");
    }

    @Test
    void noTicketAndNoTokenAreTwoThings() {
        assertThat(assertTold(
                                "Client cannot authenticate via:[TOKEN, KERBEROS]",
                                "Kerberos: this process has no ticket, and Hadoop's servers want one")
                        .hint())
                .isEqualTo("run kinit, or give --principal and --keytab");
        assertTold(
                "Client cannot authenticate via:[TOKEN]",
                "Kerberos: this process has no token, and Hadoop's servers want one");
    }

    @Test
    void tokensThatNobodyRenewed() {
        assertTold(
                "token (token for weft: HDFS_DELEGATION_TOKEN owner=weft@X, renewer=weft, sequenceNumber=1) is expired,"
                        + " current time: 2026",
                "Kerberos: the HDFS_DELEGATION_TOKEN of weft has ended, and nobody renewed it");
        assertTold(
                "token (token for weft: HDFS_DELEGATION_TOKEN owner=weft@X, sequenceNumber=1) can't be found in cache",
                "Kerberos: the HDFS_DELEGATION_TOKEN of weft has ended, and nobody renewed it");
    }

    @Test
    void settingsThatDoNotFitTheStorage() {
        assertTold(
                "SIMPLE authentication is not enabled.  Available:[TOKEN, KERBEROS]",
                "the storage wants Kerberos, and Hadoop's settings here do not");
        assertTold(
                "Server asks us to fall back to SIMPLE auth, but this client is configured to only allow secure",
                "Hadoop's settings here want Kerberos, and the storage has none");
        assertTold("Can't get Kerberos realm", "Kerberos: no realm is known here");
    }

    private static WeftException assertTold(String words, String told) {
        WeftException known = RefusedAccess.explain(new RuntimeException("a task failed", new IOException(words)));
        assertThat(known).isNotNull();
        assertThat(known).hasMessage(told);
        assertThat(known.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(known.hint()).isNotEmpty();
        return known;
    }

    @Test
    void saysNothingOfOtherFailures() {
        assertThat(RefusedAccess.explain(new IOException("disk full"))).isNull();
        assertThat(RefusedAccess.explain(new ConnectException("Connection refused")))
                .isNull();
        assertThat(RefusedAccess.explain(new IOException("/a: Permission denied")))
                .isNull();
    }
}
