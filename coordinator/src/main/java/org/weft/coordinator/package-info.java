/**
 * The driver's coordinator: membership, lanes, decisions, deadlines. Pure Java without Spark: {@code RunState} is a state
 * machine that one thread drives, {@code Coordinator} that thread and its door to the network.
 *
 * <p>{@code RunState.decide} is the one place where a step's update is decided, once {@code StepLedger} has every sum of
 * the step; {@code UpdateRule} says how (clipped, or skipped). {@code StepWindow} holds the steps that are open,
 * {@code WorkDesk} hands out lanes, {@code Saves} and {@code CheckpointLedger} know which checkpoint is where.
 */
package org.weft.coordinator;
