/** What is counted over the token shards of a corpus: how often each token stands there, how long documents are. */
package org.weft.corpus.statistics;
