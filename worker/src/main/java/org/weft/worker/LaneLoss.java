package org.weft.worker;

import java.util.List;
import org.weft.core.protocol.FigureSum;

/**
 * What one lane cost.
 *
 * @param part of the step's mean loss: nats, divided by the global batch's targets
 * @param figures beside it; none of sources where the data are one whole, or the engine does not tell
 */
record LaneLoss(double part, List<FigureSum> figures) {}
