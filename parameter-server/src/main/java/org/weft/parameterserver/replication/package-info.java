/** A shard's backup: fed with every complete sum, and brought up by copying the state of a shard that serves. */
package org.weft.parameterserver.replication;
