/**
 * Hugging Face's directories in and out. In: config.json, a family's table, the tensors' headers, then the parameters
 * in one stream into a checkpoint of step 0. Out: a checkpoint's parameters in one stream into files of tensors.
 *
 * <p>Weft's parameters have Hugging Face's names, shapes and orientation, so nothing is transposed: a family's table
 * ({@link org.weft.core.model.HubTable}) says what config.json calls things and which prefix a name has.
 */
package org.weft.hub;
