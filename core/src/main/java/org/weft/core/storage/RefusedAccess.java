package org.weft.core.storage;

import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

/**
 * Says what a person can do where Kerberos or a file system's permissions say no. Goes by Hadoop's and Java's words, for
 * what an executor was told arrives as text alone.
 */
public final class RefusedAccess {
    private static final String HOW = "run kinit, or give --principal and --keytab";

    /** Java's number of Kerberos's answer, and what it comes to; RFC 4120, section 7.5.9. */
    private static final List<Rule> LOGINS = List.of(
            rule(
                    "\\(6\\)|Client not found in Kerberos database",
                    at -> "the KDC does not know this principal",
                    "check the principal's spelling and realm, and that krb5.conf names the right KDC"),
            rule(
                    "\\(1\\)|\\(18\\)|credentials have been revoked|Client's entry in database has expired",
                    at -> "the principal has expired or is locked",
                    "have whoever runs the KDC extend it"),
            rule(
                    "\\(24\\)|\\(31\\)|\\(44\\)|PREAUTH_FAILED|Pre-authentication information was invalid"
                            + "|Checksum failed",
                    at -> "the KDC does not accept the keytab's keys: they are older than the principal's password",
                    "have the keytab made anew, and after that leave the password alone (ktadd changes it, too)"),
            rule(
                    "\\(37\\)|Clock skew too great",
                    at -> "this machine's clock differs from the KDC's by more than Kerberos allows",
                    "set the clock (chronyc tracking, timedatectl)"),
            rule(
                    "Unable to obtain password from user",
                    at -> "the keytab has no keys of it",
                    "give the keytab that was made for this principal"),
            rule(
                    "Cannot locate KDC|Connection refused|timed out|Cannot get kdc|UnknownHostException",
                    at -> "no KDC answers",
                    "check krb5.conf (java.security.krb5.conf, else /etc/krb5.conf), and that the KDC is up"));

    private static final Pattern LOGIN =
            Pattern.compile("failure to login: for principal: (\\S+)(?: from keytab (\\S+))?");

    private static final List<Rule> RULES = List.of(
            rule(
                    "Permission denied: user=([^,\\s]+), access=([^,\\s]+), inode=\"([^\"]+)\":([^:\\s]+):([^:\\s]+):(\\S+)",
                    at -> "storage refuses: user " + at.group(1) + " may not " + at.group(2) + " " + at.group(3)
                            + " (of " + at.group(4) + ":" + at.group(5) + ", " + at.group(6) + ")",
                    "give that user the right (hdfs dfs -chown, -chmod, -setfacl), or set run.dir to a place of its own"),
            rule(
                    "[Tt]oken (?:\\()?(?:token )?for (\\S+?): ([A-Z_]+) .*?(?:is expired|can't be found in cache)",
                    at -> "Kerberos: the " + at.group(2) + " of " + at.group(1) + " has ended, and nobody renewed it",
                    "give --principal and --keytab: by them Spark hands out new tokens for as long as a run lasts"),
            rule(
                    "token .*?(?:is expired|can't be found in cache)",
                    at -> "Kerberos: a token has ended, and nobody renewed it",
                    "give --principal and --keytab: by them Spark hands out new tokens for as long as a run lasts"),
            rule(
                    "Client cannot authenticate via:\\s*\\[[^\\]]*KERBEROS[^\\]]*\\]",
                    at -> "Kerberos: this process has no ticket, and Hadoop's servers want one",
                    HOW),
            rule(
                    "Client cannot authenticate via:\\s*\\[TOKEN\\]",
                    at -> "Kerberos: this process has no token, and Hadoop's servers want one",
                    "give --principal and --keytab, by which Spark hands out tokens"),
            rule(
                    "SIMPLE authentication is not enabled",
                    at -> "the storage wants Kerberos, and Hadoop's settings here do not",
                    "set HADOOP_CONF_DIR to the folder of that cluster's core-site.xml, here and on the executors"),
            rule(
                    "Server asks us to fall back to SIMPLE auth",
                    at -> "Hadoop's settings here want Kerberos, and the storage has none",
                    "set HADOOP_CONF_DIR to the folder of that cluster's own core-site.xml"),
            rule(
                    "Clock skew too great",
                    at -> "Kerberos: this machine's clock differs from another's by more than Kerberos allows",
                    "set the clock (chronyc tracking, timedatectl)"),
            rule(
                    "GSS initiate failed",
                    at -> "Kerberos: the ticket was refused, or has ended",
                    HOW + "; --verbose shows the whole error"),
            rule(
                    "Can't get Kerberos realm|Cannot locate default realm",
                    at -> "Kerberos: no realm is known here",
                    "put the site's krb5.conf at /etc/krb5.conf, or name it: -Djava.security.krb5.conf=FILE"
                            + " (WEFT_JAVA_OPTS)"));

    private RefusedAccess() {}

    private record Rule(Pattern words, Function<MatchResult, String> message, String hint) {}

    private static Rule rule(String words, Function<MatchResult, String> message, String hint) {
        return new Rule(Pattern.compile(words), message, hint);
    }

    /** The failure in other words where its cause is a refusal; null where it is not. */
    public static WeftException explain(Throwable failure) {
        StringBuilder all = new StringBuilder();
        for (Throwable at = failure; at != null; at = at.getCause() == at ? null : at.getCause()) {
            all.append(at).append('\n');
        }
        Matcher login = LOGIN.matcher(all);
        if (login.find()) {
            String who = "Kerberos: login of " + login.group(1)
                    + (login.group(2) == null ? "" : " by keytab " + login.group(2)) + ": ";
            WeftException known = first(LOGINS, who, all, failure);
            return known != null ? known : refused(who + deepest(failure), HOW, failure);
        }
        return first(RULES, "", all, failure);
    }

    private static WeftException first(List<Rule> rules, String before, CharSequence text, Throwable failure) {
        for (Rule rule : rules) {
            Matcher found = rule.words().matcher(text);
            if (found.find()) {
                return refused(before + rule.message().apply(found), rule.hint(), failure);
            }
        }
        return null;
    }

    private static String deepest(Throwable failure) {
        Throwable at = failure;
        while (at.getCause() != null && at.getCause() != at) {
            at = at.getCause();
        }
        return String.valueOf(at.getMessage());
    }

    private static WeftException refused(String message, String hint, Throwable failure) {
        return new WeftException(ExitStatus.FAILED, message, hint, failure);
    }
}
