/**
 * Deeplearning4j Spark on Weft: {@link org.weft.dl4j.ParameterServerTrainingMaster} takes a network and an RDD, writes the
 * examples ({@code data}), reads off what servers are to do ({@code network}), and runs Weft's training job.
 */
package org.weft.dl4j;
