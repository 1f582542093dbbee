/**
 * What a teacher said of a corpus's windows, once: the likeliest tokens at each place, in files beside which workers need no teacher.
 * {@code teacher-logits} writes them, after {@code prepare} and before {@code pretrain}; {@link org.weft.core.batches} reads the windows'
 * logits beside the windows themselves, and the engine's loss compares.
 */
package org.weft.core.taught;
