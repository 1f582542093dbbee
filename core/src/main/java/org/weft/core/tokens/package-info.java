/**
 * Token shards: their byte layout, writer and reader, the manifest that commits them, one split read as one long
 * stream, and the order in which training sees its samples. {@code prepare} writes here, workers read.
 */
package org.weft.core.tokens;
