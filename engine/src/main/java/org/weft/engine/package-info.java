/**
 * The seam to tensor libraries. {@link org.weft.engine.Replica} is all that the step loop asks of one;
 * {@link org.weft.engine.ModelReplica} adds what a language model can do; {@link org.weft.engine.Workload} is what a run
 * trains. {@link org.weft.engine.Engines} finds the libraries of the class path by their names. No tensor type is known here.
 */
package org.weft.engine;
