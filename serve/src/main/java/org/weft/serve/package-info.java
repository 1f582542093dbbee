/**
 * {@code weft serve}: a trained model behind HTTP. A request is read and checked ({@code Api}), becomes inquiries that wait
 * for the model's thread ({@code ModelThread}), which owns the model and batches them token by token ({@code
 * TextGeneration}); pieces go back to the client as they come.
 */
package org.weft.serve;
