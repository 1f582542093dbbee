/**
 * Real clusters of processes, for tests alone: HDFS and YARN from Maven's artifacts, whatever secures them, and Weft
 * submitted to them as a person submits it. {@link org.weft.clusters.ProcessPlan} starts a process,
 * {@link org.weft.clusters.HadoopCluster} a cluster.
 */
package org.weft.clusters;
