/**
 * A run: {@code TrainingRun} is the door, from a prepared subject to a finished run under its lease; {@code TrainingJob}
 * starts the coordinator and the two long stages; {@code RunObserver} takes down what happens. Evaluations on the executors
 * stand beside it.
 */
package org.weft.driver.run;
