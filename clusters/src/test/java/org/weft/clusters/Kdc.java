package org.weft.clusters;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.apache.kerby.kerberos.kerb.KrbException;
import org.apache.kerby.kerberos.kerb.client.KrbClient;
import org.apache.kerby.kerberos.kerb.server.KdcConfigKey;
import org.apache.kerby.kerberos.kerb.server.SimpleKdcServer;
import org.apache.kerby.kerberos.kerb.type.KerberosTime;
import org.apache.kerby.kerberos.kerb.type.ticket.TgtTicket;

/**
 * A key distribution centre as a process of its own: {@code Kdc FOLDER PORT LIFETIME_SECONDS}. It makes the principals of
 * a Hadoop cluster and of its users, each with a keytab in FOLDER, a {@code krb5.conf}, and a ticket cache as {@code kinit}
 * would leave it, and serves until it is ended.
 */
final class Kdc {
    static final String REALM = "WEFT.TEST";

    /** Hadoop's daemons, and whom web servers are. */
    static final List<String> SERVICES = List.of("nn", "dn", "rm", "nm", "HTTP");

    /** Who trains, somebody else who has no right to that one's files, one whose time is over, one whose password was changed. */
    static final List<String> USERS = List.of("weft", "mallory", "expired", "changed");

    private Kdc() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        int lifetime = Integer.parseInt(args[2]);
        SimpleKdcServer kdc = start(folder, Integer.parseInt(args[1]), lifetime);
        for (String service : SERVICES) {
            principal(kdc, folder, service, service + "/localhost@" + REALM);
        }
        for (String user : USERS) {
            principal(kdc, folder, user, user + "@" + REALM);
        }
        expire(kdc, "expired@" + REALM);
        kdc.getKadmin().changePassword("changed@" + REALM, "another");
        ticketCache(kdc, "weft", folder);
        System.out.println("KDC serves");
        Thread.sleep(Long.MAX_VALUE);
    }

    private static SimpleKdcServer start(Path folder, int port, int lifetime) throws KrbException, IOException {
        Files.createDirectories(folder);
        SimpleKdcServer kdc = new SimpleKdcServer();
        kdc.setWorkDir(folder.toFile());
        kdc.setKdcRealm(REALM);
        kdc.setKdcHost("localhost");
        kdc.setKdcTcpPort(port);
        kdc.setAllowUdp(false);
        kdc.getKdcConfig().setLong(KdcConfigKey.MAXIMUM_TICKET_LIFETIME, (long) lifetime);
        kdc.getKdcConfig().setLong(KdcConfigKey.MINIMUM_TICKET_LIFETIME, 1L);
        kdc.init();
        Files.writeString(folder.resolve("krb5.conf"), configuration(port, lifetime));
        kdc.start();
        return kdc;
    }

    /** Without skew, so that a ticket that is over is refused at once, not five minutes later. */
    private static String configuration(int port, int lifetime) {
        return """
                [libdefaults]
                  default_realm = %1$s
                  ticket_lifetime = %3$ds
                  clockskew = 1
                  udp_preference_limit = 1
                  dns_lookup_kdc = false
                [realms]
                  %1$s = {
                    kdc = localhost:%2$d
                  }
                """.formatted(REALM, port, lifetime);
    }

    private static void principal(SimpleKdcServer kdc, Path folder, String name, String principal) throws KrbException {
        kdc.createPrincipal(principal);
        kdc.exportPrincipal(principal, folder.resolve(name + ".keytab").toFile());
    }

    private static void expire(SimpleKdcServer kdc, String principal) throws KrbException {
        // The class of an identity lies elsewhere in Kerby 2.
        var identity = kdc.getIdentityService().getIdentity(principal);
        identity.setExpireTime(new KerberosTime(Instant.now().minusSeconds(60).toEpochMilli()));
        kdc.getIdentityService().updateIdentity(identity);
    }

    private static void ticketCache(SimpleKdcServer kdc, String user, Path folder) throws KrbException {
        File keytab = folder.resolve(user + ".keytab").toFile();
        KrbClient client = kdc.getKrbClient();
        TgtTicket ticket = client.requestTgt(user + "@" + REALM, keytab);
        client.storeTicket(ticket, folder.resolve(user + ".cache").toFile());
    }
}
