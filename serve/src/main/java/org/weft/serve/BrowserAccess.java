package org.weft.serve;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;

/**
 * Which web pages may use the server. A browser sends requests for any page that it shows, to this machine too, and tells
 * where from: without this check every page could use the model, and by rebinding its name to this machine's address read the
 * answers. Programs send no origin and are not concerned. Immutable.
 */
final class BrowserAccess {
    private static final String ANY = "*";

    private final boolean loopback;
    private final List<String> hosts;
    private final List<String> origins;

    /** @param listening the address that the server listens at: names are checked where only this machine can reach it */
    BrowserAccess(String listening, ServeOptions.Access access) {
        this.loopback = isLoopback(listening);
        this.hosts = access.hosts();
        this.origins = access.origins();
    }

    /**
     * Whom a request says it comes from.
     *
     * @param host header of that name: which server the client thinks it asks; null where it has none
     * @param origin header of that name: the page that asks; null where it is no page
     * @param fetchSite the header Sec-Fetch-Site: what the browser thinks of page and server; null where there is none
     */
    record Caller(String host, String origin, String fetchSite) {}

    /**
     * Lets a request pass.
     *
     * @throws ApiException 403 for a name that is not this server's, or a page that nobody allowed
     */
    void check(Caller caller) {
        if (loopback && caller.host() != null && !known(name(caller.host()))) {
            throw ApiException.forbidden(
                    "this server is not " + caller.host() + ": start it with --allow-host " + name(caller.host())
                            + " if it has that name",
                    "host_not_allowed");
        }
        if (caller.origin() != null && !ownPage(caller) && !allows(caller.origin())) {
            throw ApiException.forbidden(
                    "pages of " + caller.origin() + " may not use this server: start it with --allow-origin "
                            + caller.origin() + " to let them",
                    "origin_not_allowed");
        }
    }

    /** Whether pages of an origin may read answers, though another server sent them to the browser. */
    boolean allows(String origin) {
        return origin != null && (origins.contains(ANY) || origins.contains(origin.toLowerCase(Locale.ROOT)));
    }

    /** The page came from this server, as the host says or, behind a proxy that changed it, as the browser does. */
    private static boolean ownPage(Caller caller) {
        String origin = caller.origin().toLowerCase(Locale.ROOT);
        String host = caller.host() == null ? "" : caller.host().toLowerCase(Locale.ROOT);
        return "same-origin".equals(caller.fetchSite())
                || origin.equals("http://" + host)
                || origin.equals("https://" + host);
    }

    /** An address cannot be rebound, and this machine's own name neither. */
    private boolean known(String name) {
        return name.startsWith("[")
                || name.matches("\\d+(\\.\\d+){3}")
                || name.equals("localhost")
                || name.endsWith(".localhost")
                || hosts.contains(ANY)
                || hosts.contains(name);
    }

    /** Without the port, in small letters. */
    private static String name(String host) {
        return host.toLowerCase(Locale.ROOT).replaceFirst("(?<=[^:]):\\d*$", "");
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false; // Nobody will listen there.
        }
    }
}
