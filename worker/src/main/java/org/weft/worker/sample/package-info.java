/**
 * From logits to text: {@link org.weft.worker.sample.Sampler} chooses the next token of one text,
 * {@link org.weft.worker.sample.TokenGenerator} lets many texts grow side by side. Plain Java, no tensors.
 */
package org.weft.worker.sample;
