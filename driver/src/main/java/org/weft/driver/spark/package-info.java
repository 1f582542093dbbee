/**
 * Weft as an application of Spark's: {@code SparkApplication} starts or joins it, {@code Slots} checks that it suffices,
 * {@code LongStage} holds tasks that live as long as the run, {@code ExecutorSupply} ends a job that no executor works on,
 * {@code ScalaCollections} is where Spark 3.5 and 4 differ.
 */
package org.weft.driver.spark;
