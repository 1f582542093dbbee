package org.weft.core.storage;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.security.authentication.util.KerberosUtil;
import org.weft.core.WeftException;

/**
 * Who this process is to a secured Hadoop: a principal, and the file with its keys. A login by them lasts as long as the
 * process, for tickets are asked for anew before they end; that of {@code kinit} lasts as long as its ticket.
 *
 * @param principal {@code name@REALM} or {@code name/host@REALM}
 * @param keytab of this machine
 */
public record KerberosLogin(String principal, String keytab) {
    private static final String AUTO_RENEWAL = "hadoop.kerberos.keytab.login.autorenewal.enabled";

    /**
     * From two settings that only make sense together; null where neither is given.
     *
     * @throws WeftException where one of them is missing
     */
    public static KerberosLogin of(String principal, String keytab) {
        boolean named = principal != null && !principal.isBlank();
        boolean keyed = keytab != null && !keytab.isBlank();
        if (!named && !keyed) {
            return null;
        }
        if (!named || !keyed) {
            throw WeftException.usage(
                    named
                            ? "--principal " + principal + " without --keytab"
                            : "--keytab " + keytab + " without --principal",
                    "give both, or neither and run kinit before");
        }
        return new KerberosLogin(
                principal.strip(), file(keytab.strip()).toAbsolutePath().toString());
    }

    /** {@code local:/etc/me.keytab} is Spark's word for a file that every machine has by itself. */
    private static Path file(String keytab) {
        return Path.of(keytab.startsWith("local:/") ? URI.create(keytab).getPath() : keytab);
    }

    /**
     * Makes this the process's user, unless whoever started it, such as spark-submit, has logged in by a keytab.
     *
     * @throws WeftException where that was done for somebody else
     */
    public void login() {
        Configuration hadoop = new Configuration();
        requireSecured(hadoop);
        try {
            if (UserGroupInformation.isLoginKeytabBased()) {
                requireSame(UserGroupInformation.getLoginUser().getUserName());
                return;
            }
            requireKeys();
            hadoop.setBoolean(AUTO_RENEWAL, true);
            UserGroupInformation.setConfiguration(hadoop);
            UserGroupInformation.loginUserFromKeytab(principal, keytab);
        } catch (IOException | IllegalArgumentException e) {
            WeftException known = RefusedAccess.explain(e);
            throw known != null ? known : WeftException.failed("Kerberos: login of " + principal + ": " + e, "");
        }
    }

    /** Two principals in one process: Spark would go on as the first. */
    void requireSame(String present) {
        if (!present.equals(principal) && !(present.startsWith(principal + "@") && !principal.contains("@"))) {
            throw WeftException.usage(
                    "--principal " + principal + ", but this process is logged in as " + present
                            + " by spark-submit's keytab",
                    "give --principal and --keytab once, to spark-submit");
        }
    }

    private void requireSecured(Configuration hadoop) {
        String mechanism = hadoop.get("hadoop.security.authentication", "simple");
        if (!mechanism.equalsIgnoreCase("kerberos") && !UserGroupInformation.isSecurityEnabled()) {
            throw WeftException.usage(
                    "--principal " + principal + ", but hadoop.security.authentication=" + mechanism
                            + " in Hadoop's settings here",
                    "set HADOOP_CONF_DIR to the folder of the secured cluster's core-site.xml, or leave --principal and"
                            + " --keytab out");
        }
    }

    /** Java's own words for a missing file, an unreadable one and one without this principal's keys are the same. */
    private void requireKeys() {
        if (!Files.isReadable(Path.of(keytab))) {
            throw WeftException.usage(
                    "no keytab: " + keytab + (Files.exists(Path.of(keytab)) ? " cannot be read" : " is not there"),
                    "give --keytab (spark.kerberos.keytab) a file of this machine that this user may read");
        }
        try {
            String[] held = KerberosUtil.getPrincipalNames(keytab, Pattern.compile(".*"));
            if (!Arrays.asList(held).contains(principal)
                    && !Arrays.asList(held).contains(principal + "@" + KerberosUtil.getDefaultRealmProtected())) {
                throw WeftException.usage(
                        "keytab " + keytab + " has no keys of " + principal + "; it has those of " + named(held),
                        "give the keytab that was made for this principal, or --principal as the keytab has it");
            }
        } catch (IOException | RuntimeException e) {
            if (e instanceof WeftException known) {
                throw known;
            }
            throw WeftException.usage(
                    "no keytab: " + keytab + " cannot be read as one: " + e.getMessage(),
                    "have it made anew, by ktadd or ktpass");
        }
    }

    private static String named(String[] held) {
        return held.length == 0 ? "nobody" : String.join(", ", held);
    }
}
