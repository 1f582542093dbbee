/** Gradients come in: the server's part of the lane tree. */
package org.weft.parameterserver.reduce;
