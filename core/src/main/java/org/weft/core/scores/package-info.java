/**
 * Counts of what was predicted beside what is true, and the scores that follow from them: one definition for evaluations
 * during training and for reports. Arithmetic alone.
 */
package org.weft.core.scores;
