/** From logits to text: choosing the next token, and the loop that generates with a replica. Plain Java, no tensors. */
package org.weft.worker.sample;
