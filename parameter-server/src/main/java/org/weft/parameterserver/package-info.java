/** A parameter server shard: sums gradients, updates parameters, serves them, writes its part of checkpoints. */
package org.weft.parameterserver;
