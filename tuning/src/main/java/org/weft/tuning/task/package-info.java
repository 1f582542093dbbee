/**
 * What a model can be fine-tuned to do: for each task one class that says which columns it reads, how a row becomes an
 * example, and what a model's outputs say. Knows no Spark, so that a server may use it as well as a job.
 */
package org.weft.tuning.task;
