package org.weft.driver.plan.scale;

/**
 * A cluster: each worker and each server on a link of its own.
 *
 * @param workers how many
 * @param servers how many that would be if all had as many buckets as the one that has the most
 * @param linkBytes bytes a second that a link carries, each way
 * @param sharedProcessors processors that all workers and servers share; 0 where each has its own
 * @param threads processors of one worker's computing
 */
record ScaledCluster(int workers, double servers, double linkBytes, int sharedProcessors, int threads) {}
