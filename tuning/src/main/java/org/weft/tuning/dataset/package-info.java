/**
 * Spark's side of labelled data: reading JSONL, CSV, Parquet and tables, and the job that turns them into encoded examples
 * under {@code run.dir/dataset}, from which workers fine-tune.
 */
package org.weft.tuning.dataset;
