/**
 * The report of an evaluation: {@code predictions.json} is what the model said, {@code results.json} what it is worth, for
 * machines, and one HTML page for people. Fine-tuning hands over {@link org.weft.tuning.report.EvaluationData};
 * nothing here reads or writes storage.
 */
package org.weft.tuning.report;
