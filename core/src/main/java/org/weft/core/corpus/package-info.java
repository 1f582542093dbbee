/** Token shards: their byte layout, readers, writers, manifest and the order of samples. */
package org.weft.core.corpus;
