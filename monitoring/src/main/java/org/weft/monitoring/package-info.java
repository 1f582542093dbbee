/**
 * A run seen from outside: Spark's UI and metrics, TensorBoard, MLflow, the report and the table of runs. All of them show the
 * numbers of {@code metrics.jsonl}, and none holds a run up.
 */
package org.weft.monitoring;
