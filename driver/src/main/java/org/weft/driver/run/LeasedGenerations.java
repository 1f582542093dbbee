package org.weft.driver.run;

import org.weft.coordinator.RunListener;
import org.weft.driver.lease.RunLease;

/** Tells the lease which generations were used. Does not wait. */
record LeasedGenerations(RunLease lease) implements RunListener {
    @Override
    public void generationBegan(int generation, int step) {
        lease.used(generation);
    }
}
