/** From token shards to batches of sequences. */
package org.weft.core.batches;
