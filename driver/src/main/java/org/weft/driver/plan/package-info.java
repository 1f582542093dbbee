/**
 * Before a run: what it will need and take, by arithmetic from the shape, the cluster and two measured peaks; after it,
 * the same numbers beside the measured. The one model of memory in the code: the check before a run's start and the
 * executors' overhead ask it too.
 */
package org.weft.driver.plan;
