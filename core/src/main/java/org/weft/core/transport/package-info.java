/** Messages and buckets between processes: the seam, and its implementation on Spark network-common. */
package org.weft.core.transport;
