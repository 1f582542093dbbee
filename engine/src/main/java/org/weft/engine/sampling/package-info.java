/**
 * From logits to text: {@link org.weft.engine.sampling.Sampler} chooses the next token of one text,
 * {@link org.weft.engine.sampling.TokenGenerator} lets many texts grow side by side,
 * {@link org.weft.engine.sampling.BeamSearch} looks for the likeliest text instead,
 * {@link org.weft.engine.sampling.TextStream} gives characters away as soon as no later token can change them. Plain Java,
 * no tensors.
 */
package org.weft.engine.sampling;
