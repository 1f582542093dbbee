/** The optimizer: AdamW, its schedule, clipping by the global norm. */
package org.weft.server.optim;
