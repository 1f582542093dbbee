/** The seam of what is done to one document at a time: {@code TextStep}, and {@code Tally} for what it counts on the way. */
package org.weft.corpus.step;
