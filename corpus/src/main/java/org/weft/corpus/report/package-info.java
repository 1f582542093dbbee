/** A corpus for people: what is counted over its token shards, and one HTML page of where its documents went. */
package org.weft.corpus.report;
