package org.weft.trainer.commands;

import java.util.function.IntSupplier;
import org.weft.core.storage.KerberosLogin;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Who a command is to a secured Hadoop, in the words of {@code spark-submit}. */
public final class KerberosOptions {
    private static final String PRINCIPAL = "spark.kerberos.principal";
    private static final String KEYTAB = "spark.kerberos.keytab";

    @Option(
            names = "--principal",
            paramLabel = "NAME@REALM",
            scope = ScopeType.INHERIT,
            description = "Who this is to a secured cluster; with --keytab instead of kinit.")
    private String principal;

    @Option(
            names = "--keytab",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "The principal's keys, by which tickets and tokens are renewed for as long as it takes.")
    private String keytab;

    /** Logs in, then does what is asked; a login that fails is told of as a command that fails is. */
    public int loggedIn(CommandLine line, IntSupplier command) {
        try {
            login();
        } catch (RuntimeException e) {
            throw new CommandLine.ExecutionException(line, e.getMessage(), e);
        }
        return command.getAsInt();
    }

    /**
     * Logs in by the options, else by Spark's settings of the same meaning. Spark then finds the options among the system
     * properties, where spark-submit would have put them.
     */
    private void login() {
        KerberosLogin login = KerberosLogin.of(
                principal == null ? System.getProperty(PRINCIPAL) : principal,
                keytab == null ? System.getProperty(KEYTAB) : keytab);
        if (login != null) {
            login.login();
            if (principal != null) {
                System.setProperty(PRINCIPAL, login.principal());
            }
            if (keytab != null) { // Spark's own setting stays: it reads more into one than a file's path.
                System.setProperty(KEYTAB, login.keytab());
            }
        }
    }
}
