package org.weft.core.protocol;

/**
 * Where a worker's time went in one piece of work.
 *
 * @param computeMicros forward, backward and the local part of the lane tree
 * @param waitMicros waiting for parameters and for acknowledgements
 */
public record WorkTimes(long computeMicros, long waitMicros, long pushBytes, long pullBytes) {}
