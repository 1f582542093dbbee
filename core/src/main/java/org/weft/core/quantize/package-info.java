/**
 * Matrices of whole numbers and scales: where numbers may lie, how they are rounded, and how they lie in files. The hub writes
 * and reads them, engines compute with them.
 */
package org.weft.core.quantize;
