/** One shard's state: weights and moments of its buckets, their versions, and their way into checkpoints. */
package org.weft.parameterserver.shard;
