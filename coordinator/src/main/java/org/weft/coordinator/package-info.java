/**
 * The driver's coordinator: membership, lanes, decisions, deadlines. Pure Java without Spark: {@code RunState} is a state
 * machine that one thread drives, {@code Coordinator} that thread and its door to the network.
 */
package org.weft.coordinator;
