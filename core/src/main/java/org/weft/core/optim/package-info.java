/** The optimizers, their schedules, what regularizes, clipping by the global norm. */
package org.weft.core.optim;
