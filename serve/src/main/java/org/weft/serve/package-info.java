/**
 * {@code weft serve}: a trained model behind HTTP. A request is read and checked ({@code Api}), becomes tasks that wait
 * for the engine's thread ({@code Engine}), which owns the model and batches them token by token ({@code
 * TextGeneration}); pieces go back to the client as they come.
 */
package org.weft.serve;
