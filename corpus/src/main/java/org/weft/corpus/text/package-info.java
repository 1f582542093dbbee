/**
 * What is done to one document at a time, whatever it is: {@code TextStep}, and {@code Tally} for what is counted on the way.
 * Cleaning and privacy are such steps; {@code prepare} applies them.
 */
package org.weft.corpus.text;
