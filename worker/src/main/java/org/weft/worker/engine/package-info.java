/** The seam to the tensor library, and its libtorch side. No tensor type leaves this package. */
package org.weft.worker.engine;
