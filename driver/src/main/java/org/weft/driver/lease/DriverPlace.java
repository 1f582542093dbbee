package org.weft.driver.lease;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A driver as a person would look for it.
 *
 * @param process its id on that host
 * @param application Spark's id of it
 */
public record DriverPlace(String host, long process, String application) {

    /** This process. */
    public static DriverPlace here(String application) {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "unknown";
        }
        return new DriverPlace(host, ProcessHandle.current().pid(), application);
    }

    /** "host h, process 7, application a, since t". */
    String since(String started) {
        return "host " + host + ", process " + process + ", application " + application + ", since " + started;
    }
}
