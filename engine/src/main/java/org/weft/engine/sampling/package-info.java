/**
 * From logits to text: {@link org.weft.engine.sampling.Sampler} chooses the next token of one text,
 * {@link org.weft.engine.sampling.TokenGenerator} lets many texts grow side by side. Plain Java, no tensors.
 */
package org.weft.engine.sampling;
