/** A worker: pulls parameters, computes the gradients of its lanes, pushes them. {@code WorkerLoop} is the file to read. */
package org.weft.worker;
