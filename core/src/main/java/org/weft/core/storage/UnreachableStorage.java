package org.weft.core.storage;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

/** Says what a person can do where a file system does not answer; Hadoop's own words are long and end in a wiki. */
public final class UnreachableStorage {
    /** As {@code org.apache.hadoop.net.NetUtils} words it. */
    private static final Pattern CALL = Pattern.compile("Call From \\S+ to (\\S+) failed");

    private UnreachableStorage() {}

    /** The failure in other words where its cause is a storage that cannot be reached; null where it is not. */
    public static WeftException explain(Throwable failure) {
        String address = "";
        for (Throwable at = failure; at != null; at = at.getCause()) {
            Matcher call = CALL.matcher(String.valueOf(at.getMessage()));
            if (call.find()) {
                address = call.group(1);
            }
            if (at instanceof UnknownHostException && !fromCall(at)) {
                return unreachable("storage: no such host: " + at.getMessage(), failure);
            }
            if (!address.isEmpty() && isNetwork(at) && !fromCall(at)) {
                return unreachable("storage at " + address + ": " + at.getMessage(), failure);
            }
        }
        return null;
    }

    /** Whether this is Hadoop's wrapper, which names the address; the reason is its cause. */
    private static boolean fromCall(Throwable failure) {
        return failure.getCause() != null
                && CALL.matcher(String.valueOf(failure.getMessage())).find();
    }

    private static boolean isNetwork(Throwable failure) {
        return failure instanceof ConnectException
                || failure instanceof NoRouteToHostException
                || failure instanceof SocketTimeoutException;
    }

    private static WeftException unreachable(String what, Throwable failure) {
        return new WeftException(
                ExitStatus.FAILED,
                "cannot reach the " + what,
                "check run.dir and corpus.input, that the NameNode is up, and HADOOP_CONF_DIR; --verbose shows the"
                        + " whole error",
                failure);
    }
}
