/** What replicas compute with: batches of sequences, from token shards or from labelled examples, read ahead of the step. */
package org.weft.core.batches;
