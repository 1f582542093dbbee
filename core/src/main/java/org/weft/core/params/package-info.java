/** The flat vector of parameters: what stands where, how it is cut into buckets, and which shard owns which. */
package org.weft.core.params;
