/** Near duplicates beside brute force and beside peers: {@code DedupBench} is the file to read. */
package org.weft.bench.dedup;
