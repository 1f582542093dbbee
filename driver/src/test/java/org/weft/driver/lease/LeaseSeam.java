package org.weft.driver.lease;

/** Lets the simulation end a lease as the end of its process would. */
public final class LeaseSeam {
    private LeaseSeam() {}

    public static void die(RunLease lease) {
        lease.die();
    }
}
