/**
 * Whole runs in virtual time: the real coordinator, shards, reducers and checkpoints between simulated workers, servers,
 * network and file system, thousands of seeds with faults, invariants checked at each event. docs/simulation.md says what
 * it covers.
 */
package org.weft.simulation;
