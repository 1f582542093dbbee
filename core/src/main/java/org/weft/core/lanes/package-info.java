/** Lanes: the fixed cut of a global batch, and the one binary tree in which their gradients are summed. */
package org.weft.core.lanes;
