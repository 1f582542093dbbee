package org.weft.core.protocol;

/**
 * What one piece of a worker's work took.
 *
 * @param computeMicros forward, backward and the local part of the lane tree
 * @param waitMicros waiting for parameters and for acknowledgements
 * @param peakResidentBytes of the worker's process so far; 0 where the system does not tell
 */
public record WorkTimes(long computeMicros, long waitMicros, long pushBytes, long pullBytes, long peakResidentBytes) {}
