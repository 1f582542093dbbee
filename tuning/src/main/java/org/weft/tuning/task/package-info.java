/**
 * What a model can be fine-tuned to do: for each task one class that decides which columns it reads, how a row becomes an
 * example, what a model's outputs say, what that is worth beside what is right, and what is reported. Knows no Spark, so
 * that a server may use it as well as a job.
 *
 * <p>A task more is a class here, its name with its head in {@link org.weft.core.config.FinetuneConfig.TaskName}, and its
 * line in {@link org.weft.tuning.task.Task#of}.
 */
package org.weft.tuning.task;
