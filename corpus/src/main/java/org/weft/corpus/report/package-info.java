/** A corpus for people: one HTML page of where its documents went and what its tokens are. */
package org.weft.corpus.report;
